package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.engine.Engine;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole stages in this process: real training, real export, a real folder. */
class StageRunnerTest {
    @TempDir
    Path folder;

    @Test
    void aTeacherAndAStudentEndAsAPublishedModelWithTheSameDigestEachTime() throws IOException {
        SyntheticRecipe recipe = new SyntheticRecipe(folder);
        RunReport first = distil(recipe.environment("run-1"));
        RunReport second = distil(recipe.environment("run-2"));
        assertThat(first.result().top1()).isGreaterThan(0.9);
        assertThat(first.result().teacherTop1()).isGreaterThan(0.9);
        assertThat(first.result().parityError()).isLessThan(1e-4);
        assertThat(folder.resolve("models/synthetic/1/model.onnx")).exists();
        assertThat(second.artifacts().get(0).version()).isEqualTo(2);
        assertThat(second.artifacts().get(0).sha256())
                .isEqualTo(first.artifacts().get(0).sha256());
        assertThat(first.learningCurve()).hasSize(4);
    }

    @Test
    void anInt8ModelIsPublishedBesideAndAllOfItSigned() throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder)
                .with("/tricks/distillation/enabled", false)
                .with("/gate/maxQuantizationDrop", 0.1)
                .environment("run-1");
        Path key = Files.createDirectory(folder.resolve("key"));
        Files.write(
                key.resolve("cosign.key"),
                StageRunnerTest.class.getResourceAsStream("/signing/open.key").readAllBytes());
        env.put(TrainerEnvironment.SIGNING, key.toString());
        RunReport report = run(Stage.STUDENT, env);
        assertThat(report.succeeded()).as(report.message()).isTrue();
        assertThat(report.result().int8().published()).isTrue();
        assertThat(report.result().int8().top1()).isGreaterThan(report.result().top1() - 0.1);
        assertThat(report.result().int8().onnxBytes())
                .isLessThan(report.result().onnxBytes() / 2);
        assertThat(folder.resolve("models/synthetic/1"))
                .isDirectoryContaining("glob:**/model-int8.onnx")
                .isDirectoryContaining("glob:**/SHA256SUMS.sig");
    }

    @Test
    void anInt8ModelThatLosesTooMuchIsNowhereInTheVersionAndTheWarningIs() throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder)
                .with("/tricks/distillation/enabled", false)
                .with("/gate/maxQuantizationDrop", 0.125)
                .environment("run-1");
        // A recipe cannot ask for it: INT8 that is right on more images than there are. None is, so it is refused.
        Path recipe = Path.of(env.get(TrainerEnvironment.RECIPE));
        Files.writeString(recipe, Files.readString(recipe).replace("0.125", "-1.125"));
        RunReport report = run(Stage.STUDENT, env);
        assertThat(report.succeeded()).as(report.message()).isTrue();
        assertThat(report.result().int8().published()).isFalse();
        String warning = report.warnings().stream()
                .filter(each -> each.startsWith("spec.gate.maxQuantizationDrop"))
                .findFirst()
                .orElseThrow();
        assertThat(warning).contains("only FP32 is published");
        Path version = folder.resolve("models/synthetic/1");
        assertThat(version.resolve("model.onnx")).exists();
        assertThat(version.resolve("model-int8.onnx")).doesNotExist();
        for (String file : List.of("SHA256SUMS", "provenance.json")) {
            assertThat(version.resolve(file)).content().contains("model.onnx").doesNotContain("model-int8.onnx");
        }
        for (String file : List.of("report.json", "model-card.md")) {
            assertThat(version.resolve(file)).content().contains(warning);
        }
    }

    @Test
    void aKeyThatCannotSignIsFoundBeforeAnythingIsTrained() throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder)
                .with("/tricks/distillation/enabled", false)
                .environment("run-1");
        env.put(TrainerEnvironment.SIGNING, folder.resolve("no-key").toString());
        RunReport report = run(Stage.STUDENT, env);
        assertThat(report.reason()).isEqualTo(ExitCode.INVALID_RECIPE.reason());
        assertThat(report.message()).contains("spec.publish.signing.secretRef", "cosign.key");
        assertThat(report.learningCurve()).isEmpty();
        assertThat(folder.resolve("workspace-run-1")).doesNotExist();
    }

    @Test
    void snapshotsOfTheCyclesArePublishedAsOneModel() throws IOException {
        SyntheticRecipe recipe = new SyntheticRecipe(folder)
                .with("/tricks/distillation/enabled", false)
                .with("/student/epochs", 5)
                .with("/tricks/cosineDecay/restarts", Map.of("firstEpochs", 2, "factor", 1, "snapshots", true));
        RunReport together = run(Stage.STUDENT, recipe.environment("run-1"));
        assertThat(together.succeeded()).as(together.message()).isTrue();
        RunReport alone = run(
                Stage.STUDENT,
                recipe.with("/tricks/cosineDecay/restarts", Map.of("firstEpochs", 2, "factor", 1))
                        .environment("run-2"));
        assertThat(together.result().parameters()).isEqualTo(2 * alone.result().parameters());
        assertThat(together.result().top1()).isGreaterThan(0.9);
        assertThat(together.result().parityError()).isLessThan(1e-4);
    }

    @Test
    void decoupledDistillationTrainsAnotherStudent() throws IOException {
        RunReport plain = distil(new SyntheticRecipe(folder).environment("plain"));
        RunReport decoupled = distil(new SyntheticRecipe(folder)
                .with("/tricks/distillation/decoupled", Map.of())
                .environment("decoupled"));
        assertThat(decoupled.result().top1()).isGreaterThan(0.9);
        assertThat(decoupled.artifacts().get(0).sha256())
                .isNotEqualTo(plain.artifacts().get(0).sha256());
    }

    @Test
    void aTeacherInTheWorkspaceIsNotTrainedAgain() throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder).environment("run-1");
        assertThat(run(Stage.TEACHER, env).reused()).isFalse();
        assertThat(run(Stage.TEACHER, env).reused()).isTrue();
    }

    @Test
    void aStudentBelowTheGateIsNotPublished() throws IOException {
        SyntheticRecipe recipe = new SyntheticRecipe(folder)
                .with("/student/epochs", 2)
                .with("/tricks/linearScaling/referenceRate", 1e-9)
                .with("/tricks/distillation/enabled", false);
        RunReport report = run(Stage.STUDENT, recipe.environment("run-1"));
        assertThat(report.reason()).isEqualTo(ExitCode.GATE_FAILED.reason());
        assertThat(report.message()).contains("spec.gate.minTop1", "0.9000");
        assertThat(report.result().top1()).isLessThan(0.9);
        assertThat(folder.resolve("models")).doesNotExist();
    }

    @Test
    void aStudentThatCouldNotBePublishedIsPublishedLaterWithoutTraining() throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder)
                .with("/tricks/distillation/enabled", false)
                .environment("run-1");
        Path inTheWay = Files.writeString(folder.resolve("models"), "a file where a folder should be");
        RunReport refused = run(Stage.STUDENT, env);
        assertThat(refused.reason()).isEqualTo(ExitCode.PUBLISH_FAILED.reason());
        assertThat(refused.result().top1()).isGreaterThan(0.9);
        assertThat(refused.artifacts()).isEmpty();

        Files.delete(inTheWay);
        Path workspace = Path.of(env.get(TrainerEnvironment.WORKSPACE));
        // Without it, whoever trains must begin again.
        Files.move(workspace.resolve("checkpoints"), folder.resolve("elsewhere"));
        RunReport published = run(Stage.STUDENT, env);
        assertThat(published.succeeded()).as(published.message()).isTrue();
        assertThat(published.result()).isEqualTo(refused.result());
        assertThat(published.learningCurve()).isEqualTo(refused.learningCurve());
        assertThat(workspace.resolve("checkpoints")).doesNotExist();
        assertThat(workspace.resolve("bundles/synthetic")).doesNotExist();
    }

    @Test
    void whatNobodyHeardIsSaidAgainWithoutTraining() throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder)
                .with("/tricks/distillation/enabled", false)
                .environment("run-1");
        RunReport first = run(Stage.STUDENT, env);
        assertThat(first.succeeded()).as(first.message()).isTrue();
        // By default what a finished student would need is gone.
        assertThat(Path.of(env.get(TrainerEnvironment.WORKSPACE)).resolve("bundles/synthetic"))
                .doesNotExist();
        assertThat(run(Stage.STUDENT, env)).isEqualTo(first);
        assertThat(folder.resolve("models/synthetic/2")).doesNotExist();

        // A version that somebody deleted is published again.
        Files.move(folder.resolve("models"), folder.resolve("elsewhere"));
        RunReport again = run(Stage.STUDENT, env);
        assertThat(again.artifacts()).isEqualTo(first.artifacts());
        assertThat(folder.resolve("models")).exists();
    }

    /** The spec of before, and so the run of before. */
    @Test
    void whoRollsBackTrainsNothing() throws IOException {
        SyntheticRecipe recipe = new SyntheticRecipe(folder).with("/tricks/distillation/enabled", false);
        Map<String, String> before = recipe.environment("run-1");
        RunReport first = run(Stage.STUDENT, before);
        Map<String, String> after =
                new HashMap<>(recipe.with("/training/seed", 2).environment("run-2"));
        after.put(TrainerEnvironment.WORKSPACE, before.get(TrainerEnvironment.WORKSPACE));
        assertThat(run(Stage.STUDENT, after).artifacts().get(0).version()).isEqualTo(2);
        assertThat(run(Stage.STUDENT, before)).isEqualTo(first);
        assertThat(folder.resolve("models/synthetic/3")).doesNotExist();
    }

    @Test
    void aRateThatExplodesEndsAsDiverged() throws IOException {
        SyntheticRecipe recipe = new SyntheticRecipe(folder)
                .with("/tricks/linearScaling/referenceRate", 1e30)
                .with("/tricks/distillation/enabled", false);
        RunReport report = run(Stage.STUDENT, recipe.environment("run-1"));
        assertThat(report.reason()).isEqualTo(ExitCode.DIVERGED.reason());
        assertThat(report.message()).contains("spec.tricks.linearScaling.referenceRate");
    }

    @Test
    void aGpuWhereThereIsNoneIsRefusedForGood() throws IOException {
        assumeThat(Engine.getEngine("PyTorch").getGpuCount()).isZero();
        RunReport report = run(
                Stage.TEACHER,
                new SyntheticRecipe(folder).with("/compute/gpus", 1).environment("run-1"));
        assertThat(report.reason()).isEqualTo(ExitCode.INVALID_RECIPE.reason());
        assertThat(ExitCode.ofReason(report.reason()).retryable()).isFalse();
        assertThat(report.message()).contains("spec.compute.gpus: got 1", "libtorch", "without CUDA", "gpus: 0");
    }

    @Test
    void aStudentWithoutItsTeacherSaysSo() throws IOException {
        RunReport report = run(Stage.STUDENT, new SyntheticRecipe(folder).environment("run-1"));
        assertThat(report.reason()).isEqualTo(ExitCode.TEACHER_MISSING.reason());
    }

    @Test
    void aFileCutShortNeverTrains() throws IOException {
        SyntheticRecipe recipe = new SyntheticRecipe(folder);
        Path images = folder.resolve("train-images");
        byte[] whole = Files.readAllBytes(images);
        Files.write(images, Arrays.copyOf(whole, whole.length - 1));
        RunReport report = run(Stage.TEACHER, recipe.environment("run-1"));
        assertThat(report.reason()).isEqualTo(ExitCode.INVALID_DATA.reason());
        assertThat(report.message()).contains("spec.dataset.train.images", images.toString());
    }

    @Test
    void aStudentThatTheImagesAreTooSmallForIsRefusedBeforeItsTeacherIsTrained() throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder)
                .with("/student/model", Map.of("family", "resnet", "depth", 18))
                .environment("run-1");
        RunReport report = run(Stage.TEACHER, env);
        assertThat(report.reason()).isEqualTo(ExitCode.INVALID_RECIPE.reason());
        assertThat(report.message()).contains("spec.student.model.family", "12x12", "17x17");
    }

    @Test
    void aBatchLargerThanTheDataIsRefused() throws IOException {
        RunReport report = run(
                Stage.TEACHER,
                new SyntheticRecipe(folder).with("/training/batchSize", 1000).environment("run-1"));
        assertThat(report.reason()).isEqualTo(ExitCode.INVALID_RECIPE.reason());
        assertThat(report.message()).contains("spec.training.batchSize", "1000", "320");
    }

    @Test
    void imagesThatANetworkWouldHalveToNothingAreRefused() throws IOException {
        List<Map<String, Object>> models =
                List.of(Map.of("family", "resnet", "depth", 18), Map.of("family", "mobilenet-v2"));
        for (Map<String, Object> model : models) {
            SyntheticRecipe recipe = new SyntheticRecipe(folder).with("/teacher/model", model);
            RunReport report = run(Stage.TEACHER, recipe.environment("run-1"));
            assertThat(report.reason()).isEqualTo(ExitCode.INVALID_RECIPE.reason());
            assertThat(report.message())
                    .contains("spec.teacher.model.family", model.get("family").toString(), "12x12", "17x17");
        }
    }

    @Test
    void aMissingVariableIsNamed() throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder).environment("run-1");
        env.remove(TrainerEnvironment.WORKSPACE);
        RunReport report = run(Stage.TEACHER, env);
        assertThat(report.reason()).isEqualTo(ExitCode.USAGE.reason());
        assertThat(report.message()).contains(TrainerEnvironment.WORKSPACE);
    }

    private static RunReport distil(Map<String, String> env) throws IOException {
        assertThat(run(Stage.TEACHER, env).succeeded()).isTrue();
        RunReport report = run(Stage.STUDENT, env);
        assertThat(report.succeeded()).as(report.message()).isTrue();
        return report;
    }

    private static RunReport run(Stage stage, Map<String, String> env) throws IOException {
        ExitCode code = new StageRunner(stage, env).run();
        RunReport report =
                ReportJson.readRun(Files.readString(Path.of(env.get(TrainerEnvironment.TERMINATION_MESSAGE_PATH))));
        assertThat(code.reason()).isEqualTo(report.reason());
        return report;
    }
}
