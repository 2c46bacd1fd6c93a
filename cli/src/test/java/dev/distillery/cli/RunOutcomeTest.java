package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.ExitCode;
import dev.distillery.report.Result;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine.Help.Ansi;

class RunOutcomeTest {
    private static final Path CLAIMS = Path.of("/state/volumes/default");
    private static final String SHA = "cd".repeat(32);
    private static final Result RESULT =
            new Result(0.903, 0.909, 3.1e-6, 1.0, 77_850, 174_970L, 312_345, 0.4123, 77, null);

    @Test
    void successIsOneJsonObjectInAFixedOrder() {
        assertThat(ready("file:///out/models/tiny/1").json())
                .isEqualTo("{\"phase\":\"Ready\",\"reason\":\"Succeeded\",\"message\":\"published\",\"top1\":0.903,"
                        + "\"teacherTop1\":0.909,\"parityError\":3.1E-6,\"modelDir\":\"/out/models/tiny/1\",\"sha256\":\""
                        + SHA + "\"}");
        assertThat(ready("file:///out/models/tiny/1").exitCode()).isEqualTo(ExitCode.SUCCEEDED);
    }

    @Test
    void aModelOnAClaimIsShownWhereTheClusterKeepsIt() {
        assertThat(ready("pvc://models/vision/tiny/1").modelDir())
                .isEqualTo("/state/volumes/default/models/vision/tiny/1");
    }

    @Test
    void aFailureBeforeTheRunIsJsonWithNulls() {
        RunOutcome outcome = RunOutcome.of(new Failure(ExitCode.INVALID_RECIPE, "tiny.yaml: 1 problem"));
        assertThat(outcome.json())
                .isEqualTo("{\"phase\":\"Failed\",\"reason\":\"InvalidRecipe\",\"message\":\"tiny.yaml: 1 problem\","
                        + "\"top1\":null,\"teacherTop1\":null,\"parityError\":null,\"modelDir\":null,\"sha256\":null}");
    }

    @ParameterizedTest
    @EnumSource(value = ExitCode.class, mode = EnumSource.Mode.EXCLUDE, names = "SUCCEEDED")
    void theExitCodeIsTheFailuresOwn(ExitCode code) {
        RunOutcome outcome = failed(Condition.FAILED, "True", code.reason());
        assertThat(outcome.phase()).isEqualTo("Failed");
        assertThat(outcome.exitCode()).isEqualTo(code);
    }

    @Test
    void aReasonThatNoTrainerGaveIsExitCodeOne() {
        RunOutcome outcome = failed(Condition.FAILED, "True", "BackoffLimitExceeded");
        assertThat(outcome.reason()).isEqualTo("BackoffLimitExceeded");
        assertThat(outcome.exitCode().code()).isEqualTo(1);
    }

    @Test
    void aFailedGateKeepsItsFigures() {
        TrainingRecipeStatus status = Statuses.in(Phase.FAILED)
                .result(RESULT)
                .condition(Condition.FAILED, "True", "GateFailed", "why")
                .build();
        RunOutcome outcome = RunOutcome.of(status, CLAIMS);
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.GATE_FAILED);
        assertThat(outcome.top1()).isEqualTo(0.903);
        assertThat(outcome.modelDir()).isNull();
    }

    @Test
    void aRecipeThatIsNotAcceptedIsFinal() {
        TrainingRecipeStatus status = Statuses.in(Phase.PENDING)
                .condition(Condition.ACCEPTED, "False", "InvalidRecipe", "why")
                .build();
        assertThat(RunOutcome.isFinal(status)).isTrue();
        assertThat(RunOutcome.of(status, CLAIMS).exitCode()).isEqualTo(ExitCode.INVALID_RECIPE);
    }

    @Test
    void aRunningRecipeIsNotFinal() {
        assertThat(RunOutcome.isFinal(Statuses.in(Phase.TRAINING_TEACHER)
                        .condition(Condition.ACCEPTED, "True", "Valid", "")
                        .build()))
                .isFalse();
        assertThat(RunOutcome.isFinal(new Statuses().build())).isFalse();
    }

    @Test
    void theTableShowsTeacherAndStudentSideBySide() {
        String table =
                ResultTable.render(RESULT, ready("file:///out/models/tiny/1"), Duration.ofSeconds(171), Ansi.OFF);
        assertThat(table.lines())
                .containsExactly(
                        "Ready",
                        "                   teacher     student",
                        "top-1                90.9%       90.3%",
                        "parameters         174,970      77,850",
                        "parity error                   3.1e-06",
                        "agreement                      100.00%",
                        "latency p50                   0.412 ms",
                        "ONNX bytes                     312,345",
                        "model           /out/models/tiny/1/model.onnx",
                        "sha256          " + SHA,
                        "time used       2m51s");
    }

    @Test
    void theTableOfAStudentWithoutTeacherHasDashes() {
        Result alone = new Result(0.89, null, 0, 1.0, 77_850, null, 312_345, 0.4, 77, null);
        assertThat(ResultTable.render(alone, ready("file:///m/1"), Duration.ofHours(3), Ansi.OFF))
                .contains("top-1                    -       89.0%")
                .contains("3h00m");
    }

    @Test
    void theTableShowsInt8AndWhetherItIsPublished() {
        Result.Int8 int8 = new Result.Int8(0.891, 98_997, 0.081, false);
        Result both = new Result(0.9, null, 0, 1.0, 77_850, null, 312_345, 0.4, 77, int8);
        assertThat(ResultTable.render(both, ready("file:///m/1"), Duration.ofHours(3), Ansi.OFF))
                .contains("INT8 top-1                       89.1%")
                .contains("INT8 p50                      0.081 ms")
                .contains("INT8 bytes                      98,997")
                .contains("INT8 lost more than spec.gate.maxQuantizationDrop and is not published");
    }

    private static RunOutcome ready(String uri) {
        return RunOutcome.of(
                Statuses.in(Phase.READY)
                        .result(RESULT)
                        .artifact(uri, SHA)
                        .condition(Condition.READY, "True", "Published", "published")
                        .build(),
                CLAIMS);
    }

    private static RunOutcome failed(String type, String value, String reason) {
        return RunOutcome.of(
                Statuses.in(Phase.FAILED).condition(type, value, reason, "why").build(), CLAIMS);
    }
}
