package dev.distillery.trainer.stage;

import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.Training;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.recipe.Tricks;
import dev.distillery.report.ExitCode;
import dev.distillery.report.Stage;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.averaging.ExponentialAverage;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.loop.TrainingPlan;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.NetworkFamilies;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.schedule.Schedule;
import dev.distillery.trainer.tricks.cosine.CosineDecay;
import dev.distillery.trainer.tricks.distillation.Distillation;
import dev.distillery.trainer.tricks.labelsmoothing.LabelSmoothing;
import dev.distillery.trainer.tricks.linearscaling.LinearScaling;
import dev.distillery.trainer.tricks.mixedprecision.Hardware;
import dev.distillery.trainer.tricks.mixedprecision.MixedPrecision;
import dev.distillery.trainer.tricks.modeltweaks.ModelTweaks;
import dev.distillery.trainer.tricks.nobiasdecay.NoBiasDecay;
import dev.distillery.trainer.tricks.warmup.Warmup;
import java.util.List;

/** From a recipe to what each stage is trained with. The one class that knows all eight tricks. */
public final class Assembler {
    /** Keeps the teacher's initial weights apart from the student's. */
    private static final long TEACHER_SEED = 0x7EAC4E5L;

    private final TrainingRecipeSpec spec;
    private final DataSet data;
    private final Hardware hardware;

    public Assembler(TrainingRecipeSpec spec, DataSet data, Hardware hardware) {
        this.spec = spec;
        this.data = data;
        this.hardware = hardware;
    }

    public TrainingPlan plan(Stage stage, int batchesPerEpoch) {
        Training training = spec.training();
        Tricks tricks = spec.tricks();
        Training.Optimizer optimizer = training.optimizer();
        return new TrainingPlan(
                network(stage),
                loss(stage),
                new Sgd(optimizer.momentum(), optimizer.nesterov(), optimizer.weightDecay()),
                NoBiasDecay.of(tricks.noBiasDecay()),
                MixedPrecision.of(tricks.mixedPrecision(), hardware),
                schedule(stage, batchesPerEpoch),
                training.ema() == null
                        ? null
                        : new ExponentialAverage(training.ema().decay()),
                snapshotEpochs(stage),
                new TrainingPlan.Restarts(
                        training.divergence().restarts(), training.divergence().rateFactor()),
                recipe(stage).epochs(),
                stage == Stage.TEACHER ? training.seed() ^ TEACHER_SEED : training.seed());
    }

    /** @throws TrainerException if the images are smaller than the family can halve, or a batch too small to normalise */
    public Network network(Stage stage) {
        Model model = recipe(stage).model();
        int least = model.family().leastImageSide();
        if (Math.min(data.height(), data.width()) < least) {
            String path = stage == Stage.TEACHER ? "spec.teacher" : "spec.student";
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    path + ".model.family: got " + model.family() + " for images of " + data.height() + "x"
                            + data.width() + " pixels, expected images of at least " + least + "x" + least
                            + ": smaller ones are a single pixel before the last stage; take resnet-cifar, or larger images");
        }
        int batchSize = spec.training().batchSize();
        if (batchSize == 1 && Math.max(data.height(), data.width()) < 2 * least - 1) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    "spec.training.batchSize: got 1 for images of " + data.height() + "x" + data.width()
                            + " pixels, which are a single one in the last stage of " + model.family()
                            + ", expected at least 2: the variance of one value is none");
        }
        return NetworkFamilies.build(
                model,
                ModelTweaks.of(spec.tricks().modelTweaks()),
                data.channels(),
                data.height(),
                data.width(),
                data.classes().size());
    }

    private Loss loss(Stage stage) {
        boolean forTeacher = stage == Stage.TEACHER;
        Loss onLabels = new CrossEntropy(LabelSmoothing.of(spec.tricks().labelSmoothing(), forTeacher));
        return forTeacher ? onLabels : Distillation.of(spec.tricks().distillation(), onLabels);
    }

    private Schedule schedule(Stage stage, int batchesPerEpoch) {
        Tricks tricks = spec.tricks();
        double peak =
                LinearScaling.of(tricks.linearScaling()).at(spec.training().batchSize());
        long steps = (long) recipe(stage).epochs() * batchesPerEpoch;
        long left = steps - Warmup.steps(tricks.warmup(), batchesPerEpoch);
        Schedule decay = CosineDecay.of(tricks.cosineDecay(), peak, left, batchesPerEpoch);
        return Warmup.of(tricks.warmup(), peak, batchesPerEpoch, decay);
    }

    /** The student's only: a teacher is one network. */
    private List<Integer> snapshotEpochs(Stage stage) {
        Tricks.CosineDecay decay = spec.tricks().cosineDecay();
        Tricks.Restarts restarts = decay.restarts();
        return stage == Stage.STUDENT && decay.enabled() && restarts != null && restarts.snapshots()
                ? restarts.cycleEnds(
                        (int) Warmup.steps(spec.tricks().warmup(), 1),
                        spec.student().epochs())
                : List.of();
    }

    private dev.distillery.recipe.Network recipe(Stage stage) {
        return stage == Stage.TEACHER ? spec.teacher() : spec.student();
    }
}
