package dev.distillery.cli;

/** For people or for pipelines; lower case, as it is typed. */
enum OutputFormat {
    text,
    json
}
