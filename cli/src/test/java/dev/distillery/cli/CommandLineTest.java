package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    private static final Terminal PIPE = new Terminal(false, false, 80, false);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "run", "validate", "predict", "verify", "pull", "serve", "up", "generate-completion"})
    void everyCommandHasHelpAndVersion(String command) {
        String[] help = command.isEmpty() ? new String[] {"--help"} : new String[] {command, "--help"};
        assertThat(execute(help)).isZero();
        assertThat(out.toString())
                .startsWith("Usage: distillery")
                .contains("--version")
                .doesNotContain("\u001b");
        out.getBuffer().setLength(0);
        String[] version = command.isEmpty() ? new String[] {"--version"} : new String[] {command, "--version"};
        assertThat(execute(version)).isZero();
        assertThat(out.toString()).matches("distillery \\d+\\.\\d+\\.\\d+\\S*\\R");
    }

    @Test
    void helpShowsDefaults() {
        execute("run", "--help");
        assertThat(out.toString()).contains("out/.distillery").contains("out/models");
    }

    @Test
    void validatePrintsTheResolvedKeyValues() throws IOException {
        assertThat(execute("validate", Recipes.in(folder).toString())).isZero();
        assertThat(out.toString())
                .contains("tiny.yaml: ok")
                .containsPattern("peakLearningRate +0.0125")
                .containsPattern("studentSteps +6\\R")
                .containsPattern("warning: spec.dataset.train.images, .*: no sha256");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void validateListsEveryViolationAndEndsWithTen() throws IOException {
        String recipe = Recipes.in(folder).toString();
        assertThat(execute("validate", recipe, "--set", "spec.tricks.warmup.epochs=3", "--set", "spec.x=1"))
                .isEqualTo(10);
        assertThat(err.toString())
                .contains("tiny.yaml: 3 problems")
                .contains("  spec.x: got an unknown field")
                .contains("  spec.tricks.warmup.epochs: got 3, expected below spec.student.epochs (3)")
                .contains("  spec.tricks.warmup.epochs: got 3, expected below spec.teacher.epochs (3)");
    }

    @Test
    void validateEndsWithElevenForData() throws IOException {
        String recipe = Recipes.in(folder).toString();
        Files.delete(folder.resolve("data/train-images.gz"));
        assertThat(execute("validate", recipe)).isEqualTo(11);
        assertThat(err.toString()).contains("no file at");
    }

    @Test
    void aFileThatIsNoTextIsNoRecipe() throws IOException {
        Recipes.in(folder);
        assertThat(execute("validate", folder.resolve("data/train-images.gz").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("train-images.gz: got bytes that are no UTF-8 text");
    }

    @Test
    void aDestinationThatNobodyKnowsIsRefused() throws IOException {
        String recipe = Recipes.in(folder).toString();
        assertThat(execute("run", recipe, "--destination", "http://models/vision"))
                .isEqualTo(10);
        assertThat(err.toString())
                .contains("spec.publish.destinations[0].uri: got http://models/vision", "file, pvc, s3 or oci");
    }

    @Test
    void upPrintsPathsThatAShellReadsAsOneWord() {
        assertThat(UpCommand.quoted(Path.of("/a/out/.distillery/kubeconfig")))
                .isEqualTo("/a/out/.distillery/kubeconfig");
        assertThat(UpCommand.quoted(Path.of("/my work/it's/kubeconfig"))).isEqualTo("'/my work/it'\\''s/kubeconfig'");
    }

    @Test
    void validatePrintsJson() throws IOException {
        String recipe = Recipes.in(folder).toString();
        assertThat(execute("validate", recipe, "--output", "json")).isZero();
        JsonNode verdict = new ObjectMapper().readTree(out.toString()).at("/recipes/0");
        assertThat(verdict.get("valid").asBoolean()).isTrue();
        assertThat(verdict.at("/resolved/trainImages").asInt()).isEqualTo(10);
        assertThat(verdict.has("code")).isFalse();
    }

    @Test
    void aBadOverrideIsAUsageError() {
        assertThat(execute("run", "x.yaml", "--set", "seed")).isEqualTo(2);
        assertThat(err.toString()).contains("expected PATH=VALUE");
    }

    @Test
    void aPortOrThreadsThatCannotBeAreUsageErrors() {
        assertThat(execute("serve", "model", "--port", "65536")).isEqualTo(2);
        assertThat(err.toString()).contains("--port: got 65536, expected 0 to 65535");
        assertThat(execute("up", "--port", "70000")).isEqualTo(2);
        assertThat(err.toString()).contains("--port: got 70000, expected 0 to 65535");
        assertThat(execute("serve", "model", "--threads", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--threads: got 0, expected 1 or more");
    }

    @Test
    void completionNamesTheCommands() {
        assertThat(execute("generate-completion")).isZero();
        assertThat(out.toString()).contains("complete -F").contains("validate");
    }

    @Test
    void terminalIsWhatTheLauncherSays() {
        Terminal terminal = Terminal.ofEnvironment(
                Map.of("DISTILLERY_STDOUT_TTY", "1", "DISTILLERY_COLUMNS", "120", "TERM", "xterm"));
        assertThat(terminal).isEqualTo(new Terminal(true, false, 120, true));
        assertThat(Terminal.ofEnvironment(Map.of("DISTILLERY_STDOUT_TTY", "1", "NO_COLOR", "1"))
                        .colors())
                .isFalse();
        assertThat(Terminal.ofEnvironment(Map.of("DISTILLERY_STDOUT_TTY", "1", "TERM", "dumb")))
                .isEqualTo(PIPE);
        assertThat(Terminal.ofEnvironment(Map.of("DISTILLERY_COLUMNS", "0"))).isEqualTo(PIPE);
    }

    private int execute(String... arguments) {
        return Distillery.commandLine(PIPE, new PrintWriter(out, true), new PrintWriter(err, true))
                .execute(arguments);
    }
}
