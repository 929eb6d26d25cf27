//! What is wrong with some `[[enrich]]`, told with place, value and fix.

use super::enrich::{RULE, compiled};

fn block(words: &str) -> String {
    format!("[[enrich]]\nname = \"b\"\n{words}\n{RULE}")
}

/// Words, and what is told of them.
type Case = (String, Vec<&'static str>);

/// Blocks that say something wrong.
fn about_values() -> Vec<Case> {
    let csv = "attribute = \"classification\"\ncsv = \"l.csv\"\ncolumn = \"m\"";
    vec![
        (
            block("value = [\"phi\"]"),
            vec![
                "what is said of jobs is missing",
                "attribute = \"classification\"",
            ],
        ),
        (
            block("attribute = \"classification\""),
            vec![
                "what `classification` is of these jobs is not said, or said twice",
                "share = { … }",
            ],
        ),
        (
            block("attribute = \"classification\"\nvalue = [\"phi\"]\nshare = { phi = 1.0 }"),
            vec!["not said, or said twice"],
        ),
        (
            block("attribute = \"classification\"\nvalue = [\"phy\"]"),
            vec![
                "`job.classification` is never \"phy\"",
                "did you mean \"phi\"?",
            ],
        ),
        (
            block("attribute = \"classification\"\nvalue = \"phi\""),
            vec![
                "`job.classification` is a list of marks, not a text",
                "brackets",
            ],
        ),
        (
            block(csv),
            vec![
                "l.csv, row 2",
                "`job.classification` is never \"phy\"",
                "did you mean \"phi\"?",
            ],
        ),
        (
            block("attribute = \"sort\"\ncsv = \"l.csv\"\ncolumn = \"m\""),
            vec![
                "nobody says what `sort` is",
                "add [attributes.job.sort] with kind",
            ],
        ),
    ]
}

/// Files and shares that cannot be used.
fn about_sources() -> Vec<Case> {
    vec![
        (
            block("attribute = \"classification\"\ncsv = \"none.csv\""),
            vec!["none.csv: cannot be opened", "check the path"],
        ),
        (
            block("attribute = \"classification\"\ncsv = \"l.csv\"\ncolumn = \"marks\""),
            vec![
                "l.csv, column `marks`: it is not in the header",
                "the header is: job, m",
            ],
        ),
        (
            block("attribute = \"classification\"\nshare = { phi = 0.8, public = 0.3 }"),
            vec!["these shares add up to 1.1", "1, or less"],
        ),
        (
            block("attribute = \"classification\"\nshare = { phi = 1.5 }"),
            vec!["1.5 is out of range", "from 0 to 1"],
        ),
        (
            block("attribute = \"classification\"\nshare = { phy = 0.5 }"),
            vec!["never \"phy\"", "did you mean \"phi\"?"],
        ),
    ]
}

/// Blocks that speak of what is not there.
fn about_jobs() -> Vec<Case> {
    vec![
        (
            block("attribute = \"deadline\"\nvalue = \"4 h\""),
            vec![
                "`deadline` belongs to a class, not to a single job",
                "attribute = \"class\"",
            ],
        ),
        (
            block("attribute = \"gpus\"\nvalue = 3"),
            vec!["`job.gpus` is there anyhow", "another name"],
        ),
        (
            block("attribute = \"classification\"\nvalue = []\ndemand = \"pst\""),
            vec!["unknown demand `pst`", "did you mean `past`?"],
        ),
        (
            block("attribute = \"classification\"\nvalue = []\nmatch = { gpus = \"8-16\" }"),
            vec!["`8-16` is not a range of GPUs", "8..64"],
        ),
        (
            block("attribute = \"classification\"\nvalue = []\nmatch = { requested = \"4 h\" }"),
            vec!["`4 h` is not a range of run times", "4 h.."],
        ),
        (
            block(
                "attribute = \"classification\"\nvalue = []\nmatch = { column = { partion = \"a\" } }",
            ),
            vec![
                "column `partion`: it is not in the header",
                "did you mean `partition`?",
            ],
        ),
        (
            block(
                "attribute = \"classification\"\nvalue = []\nmatch = { column = { duration_s = \"1*\" } }",
            ),
            vec!["column `duration_s`: it tells how jobs went", "requested"],
        ),
        (
            block("attribute = \"classification\"\nvalue = []\nseed = 3"),
            vec!["`seed` belongs to shares", "leave it out"],
        ),
        (
            block("attribute = \"classification\"\nvalue = []\nkey = \"job\""),
            vec!["`key` belongs to a csv file", "leave it out"],
        ),
        (
            block("attribute = \"class\"\nvalue = \"huge\""),
            vec!["unknown class `huge`", "use one of large, small"],
        ),
        (
            block("attribute = \"class\"\nvalue = [\"large\"]"),
            vec!["this is no name of a class"],
        ),
        (
            block("attribute = \"classification\"\nvalue = []") + "[[enrich]]\nname = \"b\"\n",
            vec!["there are two of enrich `b`"],
        ),
    ]
}

#[test]
fn mistakes_are_told_with_place_value_and_fix() {
    let all = [about_values(), about_sources(), about_jobs()];
    for (words, expected) in all.into_iter().flatten() {
        let files = [("l.csv", "job,m\nscan-1,phi\nscan-2,phy\n")];
        let told = compiled("mistakes", &words, &files).err();
        let told = told.unwrap_or_else(|| panic!("this is wrong: {words}"));
        for part in expected {
            assert!(told.contains(part), "{words}\n{told}\nlacks {part}");
        }
    }
}
