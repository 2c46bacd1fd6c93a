package dev.distillery.trainer.stage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.report.ExitCode;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.data.DataSets;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.publish.Destinations;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.report.ProgressPusher;
import dev.distillery.trainer.report.TerminationMessage;
import dev.distillery.trainer.signing.SigningKey;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.tricks.mixedprecision.Hardware;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one stage by its environment; whatever happens ends as one report and one exit code. */
public final class StageRunner {
    private static final Logger LOG = LoggerFactory.getLogger(StageRunner.class);
    /** Of the pod's grace period, what is left for the report and the JVM's own end. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /** Set by the image alone. */
    private static final String IN_IMAGE = "TRAINER_HOME";

    private static final ObjectMapper STRICT =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final Stage stage;
    private final Map<String, String> env;
    private final Function<String, Path> files;
    private final StopRequest stop = new StopRequest();
    private final CheckpointMarks marks;
    private final AtomicReference<RunReport> written = new AtomicReference<>();

    public StageRunner(Stage stage, Map<String, String> env) {
        this(stage, env, Clock.systemUTC());
    }

    /** @param clock read after each checkpoint, on the thread that trains */
    StageRunner(Stage stage, Map<String, String> env, Clock clock) {
        this(stage, env, clock, Path::of);
    }

    /** @param files where the workspace's path leads */
    StageRunner(Stage stage, Map<String, String> env, Clock clock, Function<String, Path> files) {
        this.stage = stage;
        this.env = env;
        this.files = files;
        this.marks = new CheckpointMarks(env.get(TrainerEnvironment.POD), clock);
    }

    /** @return the process's exit code; the report has been written */
    public ExitCode run() {
        Thread onTermination = new Thread(this::stop, "stop");
        Runtime.getRuntime().addShutdownHook(onTermination);
        try {
            RunReport report = guarded();
            write(report);
            return ExitCode.ofReason(report.reason());
        } finally {
            stop.done();
            remove(onTermination);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("already shutting down", e);
        }
    }

    private void stop() {
        stop.request();
        write(failure(ExitCode.INTERRUPTED, "stopped by a signal before the stage was done"));
    }

    private RunReport guarded() {
        try {
            return execute();
        } catch (TrainerException e) {
            return failure(e.exitCode(), e.getMessage());
        } catch (OutOfMemoryError e) {
            return failure(
                    ExitCode.OUT_OF_MEMORY,
                    "the JVM got no more memory (" + e.getMessage() + "; its heap may have "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB); raise spec.compute.memory or lower spec.training.batchSize. The last checkpoint"
                            + " stays");
        } catch (RuntimeException | Error e) {
            Optional<String> outOfMemory = LibTorch.outOfMemory(e);
            if (outOfMemory.isPresent()) {
                return failure(
                        ExitCode.OUT_OF_MEMORY,
                        "libtorch did not get the memory for a step ("
                                + outOfMemory.get().strip()
                                + "); raise spec.compute.memory, take a GPU with more memory, or lower"
                                + " spec.training.batchSize. The last checkpoint stays");
            }
            LOG.error("the {} stage failed", stage, e);
            return failure(ExitCode.INTERNAL_ERROR, "unexpected " + e + "; the pod's log has the stack trace");
        }
    }

    private RunReport execute() {
        ResolvedRecipe recipe = readRecipe(Path.of(required(TrainerEnvironment.RECIPE)));
        String runId = required(TrainerEnvironment.RUN_ID);
        Path workspace = files.apply(required(TrainerEnvironment.WORKSPACE));
        SourceLocation location = SourceLocation.of(env.get(TrainerEnvironment.CLAIMS));
        // Before anything is trained: a key that cannot sign would be found only when all else is done.
        SigningKey key = env.get(TrainerEnvironment.SIGNING) == null
                ? null
                : SigningKey.in(Path.of(env.get(TrainerEnvironment.SIGNING)));
        boolean gpu = recipe.spec().compute().gpus() > 0;
        DataSet data = DataSets.load(
                recipe.spec().dataset(), location, recipe.spec().compute().cpus());
        LOG.info(
                "{}: {} training and {} validation images, {} classes",
                stage,
                data.train().count(),
                data.validation().count(),
                data.classes().size());
        stop.waitForTheEnd(Duration.ofSeconds(recipe.spec().checkpoint().gracePeriodSeconds())
                .minus(LAST_WORDS));
        try (LibTorch torch = LibTorch.start(recipe.spec().compute().cpus(), gpu);
                ProgressPusher pusher = ProgressPusher.fromEnvironment(env)) {
            Assembler assembler = new Assembler(recipe.spec(), data, Hardware.detect(gpu));
            StageContext context = new StageContext(
                    recipe, runId, workspace, location, key, image(), data, torch, assembler, pusher, stop, marks);
            return stage == Stage.TEACHER ? TeacherStage.run(context) : student(context);
        }
    }

    private RunReport student(StageContext context) {
        try (ModelRepository repository =
                new ModelRepository(Destinations.of(context.recipe(), context.location(), env, context.signingKey()))) {
            return StudentStage.run(context, repository);
        }
    }

    private static ResolvedRecipe readRecipe(Path file) {
        try {
            return STRICT.readValue(file.toFile(), ResolvedRecipe.class);
        } catch (IOException e) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    file + ": got " + e.getMessage() + ", expected the resolved recipe that the operator writes",
                    e);
        }
    }

    /** The operator names the image that it started; the embedded cluster plays it by a process, and then it says nothing. */
    private String image() {
        return env.containsKey(IN_IMAGE) ? env.get(TrainerEnvironment.IMAGE) : null;
    }

    private String required(String variable) {
        String value = env.get(variable);
        if (value == null || value.isBlank()) {
            throw new TrainerException(
                    ExitCode.USAGE,
                    "environment variable " + variable + ": got nothing, expected what the operator sets");
        }
        return value;
    }

    private RunReport failure(ExitCode code, String message) {
        String runId = env.getOrDefault(TrainerEnvironment.RUN_ID, "");
        return new RunReport(
                runId,
                stage,
                code.reason(),
                message,
                null,
                false,
                null,
                List.of(),
                List.of(),
                List.of(),
                marks.report());
    }

    /** The first report counts: a signal that arrives when all is done changes nothing. */
    private void write(RunReport report) {
        if (written.compareAndSet(null, report)) {
            TerminationMessage.write(report, env);
            if (report.succeeded()) {
                LOG.info("{}", report.message());
            } else {
                LOG.error("{}: {}", report.reason(), report.message());
            }
        }
    }
}
