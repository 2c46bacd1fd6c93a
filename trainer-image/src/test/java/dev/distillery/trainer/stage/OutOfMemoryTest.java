package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A training that runs out of memory in its third epoch, and then is given more. */
class OutOfMemoryTest {
    private static final int STEPS_PER_EPOCH = 10;

    @TempDir
    Path folder;

    static Stream<Arguments> shortages() {
        return Stream.of(
                Arguments.of("the JVM got no more memory (Java heap space", (Runnable) () -> {
                    throw new OutOfMemoryError("Java heap space");
                }),
                Arguments.of("libtorch did not get the memory for a step (", (Runnable) OutOfMemoryTest::allocateAll));
    }

    /** libtorch's own error: 128 TiB. */
    private static void allocateAll() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            manager.zeros(new Shape(1L << 45));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shortages")
    void endsAsOutOfMemoryAndGoesOnFromTheLastCheckpoint(String message, Runnable shortage) throws IOException {
        Map<String, String> env = new SyntheticRecipe(folder).environment("run-1");
        RunReport failed = run(env, new FailingClock(2, shortage));
        assertThat(failed.reason()).isEqualTo("OutOfMemory");
        assertThat(failed.message())
                .startsWith(message)
                .contains("raise spec.compute.memory", "lower spec.training.batchSize", "The last checkpoint stays");

        RunReport enough = run(env, Clock.systemUTC());
        assertThat(enough.succeeded()).as(enough.message()).isTrue();
        assertThat(enough.resumption().resumedFromStep()).isEqualTo(3 * STEPS_PER_EPOCH);
    }

    private static RunReport run(Map<String, String> env, Clock clock) throws IOException {
        ExitCode code = new StageRunner(Stage.TEACHER, env, clock).run();
        RunReport report =
                ReportJson.readRun(Files.readString(Path.of(env.get(TrainerEnvironment.TERMINATION_MESSAGE_PATH))));
        assertThat(code.reason()).isEqualTo(report.reason());
        return report;
    }
}
