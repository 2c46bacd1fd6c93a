package dev.distillery.cli;

import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * What the output goes to. Java 17 cannot tell for standard output and error apart, so the launcher, which can, says it
 * in the environment.
 *
 * @param out whether standard output is a terminal that lines can be redrawn on
 * @param err the same of standard error
 * @param columns its width
 * @param colors whether colours are wanted
 */
record Terminal(boolean out, boolean err, int columns, boolean colors) {
    private static final int DEFAULT_COLUMNS = 80;

    static Terminal ofEnvironment(Map<String, String> environment) {
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean out = !dumb && "1".equals(environment.get("DISTILLERY_STDOUT_TTY"));
        boolean err = !dumb && "1".equals(environment.get("DISTILLERY_STDERR_TTY"));
        boolean colors = out && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(out, err, columns(environment.get("DISTILLERY_COLUMNS")), colors);
    }

    Ansi ansi() {
        return colors ? Ansi.ON : Ansi.OFF;
    }

    private static int columns(String text) {
        return text != null && text.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(text) : DEFAULT_COLUMNS;
    }
}
