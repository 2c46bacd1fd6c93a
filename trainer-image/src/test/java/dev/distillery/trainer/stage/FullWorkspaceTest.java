package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.SmallDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training whose workspace has no room for its second checkpoint, and then is given more. */
class FullWorkspaceTest {
    private static final int STEPS_PER_EPOCH = 10;

    @TempDir
    Path folder;

    @Test
    void endsWithOneMessageAndGoesOnFromTheCheckpointThatHadRoom() throws IOException {
        SyntheticRecipe recipe = new SyntheticRecipe(folder);
        Map<String, String> env = recipe.environment("run-1");
        try (SmallDisk disk = new SmallDisk()) {
            Clock full = new FailingClock(0, () -> fillUp(disk));
            ExitCode code = new StageRunner(Stage.TEACHER, env, full, path -> disk.root()).run();
            assertThat(code).isEqualTo(ExitCode.WORKSPACE_FAILED);
            assertThat(SmallDisk.content(disk.root()).keySet())
                    .singleElement()
                    .asString()
                    .contains("r00-e00001-");
            disk.copyTo(Path.of(env.get(TrainerEnvironment.WORKSPACE)));
        }
        RunReport failed = report(env);
        assertThat(failed.reason()).isEqualTo(ExitCode.WORKSPACE_FAILED.reason());
        assertThat(failed.message())
                .startsWith("the checkpoints in ")
                .contains("out of disk space", "spec.compute.workspaceClaim", "the next run continues from the newest");
        assertThat(failed.resumption().checkpointStep()).isEqualTo(STEPS_PER_EPOCH);

        new StageRunner(Stage.TEACHER, env).run();
        RunReport enough = report(env);
        assertThat(enough.succeeded()).as(enough.message()).isTrue();
        assertThat(enough.resumption().resumedFromStep()).isEqualTo(STEPS_PER_EPOCH);
    }

    private static void fillUp(SmallDisk disk) {
        try {
            disk.fillUp(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RunReport report(Map<String, String> env) throws IOException {
        return ReportJson.readRun(Files.readString(Path.of(env.get(TrainerEnvironment.TERMINATION_MESSAGE_PATH))));
    }
}
