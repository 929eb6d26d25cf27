//! The program: parse the command line, do it, say how it ended.

fn main() -> std::process::ExitCode {
    plimsoll::cli::main()
}
