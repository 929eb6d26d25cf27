//! Shipped facts: GPU types, regions and prices, each with source, date and confidence.
