//! What a sample says about a population.
