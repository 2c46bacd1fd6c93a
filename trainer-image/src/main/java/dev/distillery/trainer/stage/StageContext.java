package dev.distillery.trainer.stage;

import dev.distillery.recipe.Checkpoint;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.Retention;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Stage;
import dev.distillery.trainer.checkpoint.CheckpointStore;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.data.TrainingBatches;
import dev.distillery.trainer.data.TrainingView;
import dev.distillery.trainer.loop.Checkpointing;
import dev.distillery.trainer.loop.TrainingLoop;
import dev.distillery.trainer.loop.TrainingPlan;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.parallel.Collective;
import dev.distillery.trainer.parallel.GlobalBatch;
import dev.distillery.trainer.report.ProgressPusher;
import dev.distillery.trainer.signing.SigningKey;
import dev.distillery.trainer.torchscript.InferenceNetwork;
import dev.distillery.trainer.torchscript.LibTorch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What both stages share.
 *
 * @param workspace a folder that outlives the process
 * @param location finds the recipe's files and destinations
 * @param signingKey null to publish without a signature
 * @param image reference of the container image; null outside of one
 */
record StageContext(
        ResolvedRecipe recipe,
        String runId,
        Path workspace,
        SourceLocation location,
        SigningKey signingKey,
        String image,
        DataSet data,
        LibTorch torch,
        Assembler assembler,
        ProgressPusher pusher,
        StopRequest stop,
        CheckpointMarks marks) {

    /** @param seconds wall time of the training, its validations included, in all processes */
    record Trained(List<Weights> members, List<CurvePoint> curve, double seconds) {}

    Normalization normalization() {
        return new Normalization(data.mean(), data.std());
    }

    /** @param teacher frozen, null for none */
    Trained train(Stage stage, InferenceNetwork teacher) {
        Collective collective = Collective.LOCAL;
        GlobalBatch batch = GlobalBatch.of(recipe.spec().training().batchSize(), collective);
        long seed = recipe.spec().training().seed();
        TrainingView view = data.train().trainingView(recipe.spec().dataset().augmentation(), seed);
        TrainingBatches batches = new TrainingBatches(data.train(), view, batch, seed);
        TrainingPlan plan = assembler.plan(stage, batches.batchesPerEpoch());
        long steps = (long) plan.epochs() * batches.batchesPerEpoch();
        ProgressReporter reporter =
                new ProgressReporter(runId, stage, plan.epochs(), steps, batch.size(), pusher, marks);
        TrainingLoop.Inputs inputs =
                new TrainingLoop.Inputs(collective, batches, data.validation(), normalization(), teacher);
        Checkpoint options = recipe.spec().checkpoint();
        Checkpointing checkpointing = new Checkpointing(
                checkpoints(stage), Duration.ofMinutes(options.everyMinutes()), System::nanoTime, stop::requested);
        TrainingLoop.Trained trained = new TrainingLoop(torch, plan, inputs, checkpointing, reporter).run();
        return new Trained(trained.members(), reporter.curve(), trained.seconds());
    }

    /** What the stage was for is safe: its checkpoints go, unless the recipe keeps them. */
    void finished(Stage stage) {
        if (recipe.spec().retention().checkpoints() == Retention.Checkpoints.DELETE) {
            checkpoints(stage).delete();
        }
    }

    /** By what determines the result, so that another run of the same recipe goes on where this one ends. */
    CheckpointStore checkpoints(Stage stage) {
        String name = stage == Stage.TEACHER
                ? "teacher-" + recipe.teacherHash()
                : "student-" + recipe.name() + "-" + recipe.digest();
        String origin = "data " + data.digest() + " in "
                + assembler.plan(stage, 1).precision().type()
                + (stage == Stage.STUDENT && recipe.teacherHash() != null ? " by teacher " + recipe.teacherHash() : "");
        return new CheckpointStore(
                workspace.resolve("checkpoints").resolve(name),
                origin,
                recipe.spec().checkpoint().keep());
    }
}
