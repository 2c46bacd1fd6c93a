package dev.distillery.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportJsonTest {
    private static final Result RESULT = new Result(
            0.9031,
            0.9087,
            3.1e-6,
            1.0,
            77_850,
            174_970L,
            312_345,
            0.4123,
            77.25,
            new Result.Int8(0.9020, 98_984, 0.3012, true));
    private static final Resumption RESUMPTION =
            new Resumption("fashion-student-0123456789-1-abcde", 1500, 1872L, "2026-03-01T12:00:00Z");
    private static final List<Artifact> ARTIFACTS =
            List.of(new Artifact("file:///some/folder/out/models/fashion-mnist/3", 3, "ab".repeat(32), null));

    @Test
    void aSmallReportIsWrittenWhole() throws IOException {
        RunReport report = report("all is well", List.of("a warning"), 12);
        assertThat(roundTrip(report)).isEqualTo(report);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 500, 10_000})
    void aTerminationMessageFitsWhateverTheCurve(int points) throws IOException {
        RunReport report = report("done", List.of(), points);
        assertThat(ReportJson.terminationMessage(report)).hasSizeLessThanOrEqualTo(4096);
        RunReport read = roundTrip(report);
        assertKeepsTheEssentials(read, report);
        assertThat(read.message()).isEqualTo("done");
        if (points > 0) {
            assertThat(read.learningCurve())
                    .last()
                    .isEqualTo(report.learningCurve().get(points - 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "学", "😀", "\u0000", "\"", "\n"})
    void aTerminationMessageFitsWhateverTheText(String character) throws IOException {
        RunReport report = report(character.repeat(20_000), List.of(character.repeat(5_000)), 500);
        assertThat(ReportJson.terminationMessage(report)).hasSizeLessThanOrEqualTo(4096);
        RunReport read = roundTrip(report);
        assertKeepsTheEssentials(read, report);
        assertThat(read.message()).startsWith(character).endsWith("…");
        assertThat(read.message())
                .isEqualTo(new String(read.message().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    /** A destination's URI may have 2048 characters, and there may be eight. */
    @ParameterizedTest
    @ValueSource(ints = {300, 600, 2048, 5000})
    void ofArtifactsThatDoNotFitTheFirstStay(int length) throws IOException {
        List<Artifact> artifacts = IntStream.rangeClosed(1, 8)
                .mapToObj(i -> new Artifact("s3://bucket-" + i + "/" + "x".repeat(length), i, "ab".repeat(32), null))
                .toList();
        String uris = artifacts.stream().map(Artifact::uri).collect(Collectors.joining(", "));
        RunReport report = report("published " + uris, List.of("a warning"), 12, artifacts);
        assertThat(ReportJson.terminationMessage(report)).hasSizeLessThanOrEqualTo(4096);
        RunReport read = roundTrip(report);
        int kept = read.artifacts().size();
        assertThat(kept).isBetween(Math.min(7, 2500 / (length + 120)), 7);
        assertThat(read.artifacts()).isEqualTo(artifacts.subList(0, kept));
        assertThat(read.message()).startsWith("published s3://bucket-1/").contains((8 - kept) + " of 8 artifacts");
        assertThat(read.result()).isEqualTo(report.result());
        assertThat(read.succeeded()).isTrue();
    }

    @Test
    void aFailureWithoutFiguresKeepsItsReason() throws IOException {
        RunReport report = new RunReport(
                "run-1",
                Stage.TEACHER,
                "InvalidData",
                "file x: got 3 bytes",
                null,
                false,
                null,
                List.of(),
                List.of(),
                List.of(),
                null);
        RunReport read = roundTrip(report);
        assertThat(read).isEqualTo(report);
        assertThat(read.succeeded()).isFalse();
        assertThat(ExitCode.ofReason(read.reason())).isEqualTo(ExitCode.INVALID_DATA);
    }

    @Test
    void fieldsOfANewerSideAreNoError() throws IOException {
        assertThat(ReportJson.readRun("{\"runId\":\"a\",\"stage\":\"Student\",\"reason\":\"Succeeded\",\"new\":{}}")
                        .succeeded())
                .isTrue();
    }

    @Test
    void progressSurvivesTheWay() throws IOException {
        ProgressReport report = new ProgressReport(
                "run-1",
                Stage.STUDENT,
                3,
                12,
                400,
                1872,
                0.7,
                0.88,
                5210.5,
                61,
                report("", List.of(), 3).learningCurve(),
                RESUMPTION);
        assertThat(ReportJson.readProgress(ReportJson.write(report))).isEqualTo(report);
    }

    @Test
    void garbageIsRefused() {
        assertThatThrownBy(() -> ReportJson.readRun("killed")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ReportJson.readProgress(new byte[] {1, 2})).isInstanceOf(IOException.class);
    }

    @Test
    void exitCodesAndReasonsAreDistinctAndAgree() {
        assertThat(ExitCode.values()).extracting(ExitCode::code).doesNotHaveDuplicates();
        for (ExitCode code : ExitCode.values()) {
            assertThat(ExitCode.ofReason(code.reason())).isEqualTo(code);
            assertThat(ExitCode.ofCode(code.code())).isEqualTo(code);
        }
        assertThat(ExitCode.ofReason("BackoffLimitExceeded")).isEqualTo(ExitCode.INTERNAL_ERROR);
    }

    private static void assertKeepsTheEssentials(RunReport read, RunReport written) {
        assertThat(read.runId()).isEqualTo(written.runId());
        assertThat(read.stage()).isEqualTo(written.stage());
        assertThat(read.reason()).isEqualTo(written.reason());
        assertThat(read.top1()).isEqualTo(written.top1());
        assertThat(read.result()).isEqualTo(written.result());
        assertThat(read.artifacts()).isEqualTo(written.artifacts());
        assertThat(read.resumption()).isEqualTo(written.resumption());
    }

    private static RunReport roundTrip(RunReport report) throws IOException {
        return ReportJson.readRun(new String(ReportJson.terminationMessage(report), StandardCharsets.UTF_8));
    }

    private static RunReport report(String message, List<String> warnings, int points) {
        return report(message, warnings, points, ARTIFACTS);
    }

    private static RunReport report(String message, List<String> warnings, int points, List<Artifact> artifacts) {
        List<CurvePoint> curve = IntStream.rangeClosed(1, points)
                .mapToObj(epoch -> new CurvePoint(Stage.STUDENT, epoch, 1.0 / 3 / epoch, 0.123456789, 0.1 / epoch))
                .toList();
        return new RunReport(
                "run-1",
                Stage.STUDENT,
                "Succeeded",
                message,
                0.9031,
                false,
                RESULT,
                artifacts,
                warnings,
                curve,
                RESUMPTION);
    }
}
