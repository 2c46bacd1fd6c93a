package dev.distillery.validation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.RecipeException;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.recipe.Tricks;
import dev.distillery.schema.Violation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Cross-field rules. An API server applies those that CEL can say, stated in {@code recipe}; here they stand with the rest
 * and with better words. Pure; reads no file. Rules bear values that the schema refuses.
 */
public final class RecipeValidator {
    private static final String RESTARTS = "spec.tricks.cosineDecay.restarts.firstEpochs";

    /** Measured: Java, libtorch and a ResNet-8 on 10,000 images of 28x28 keep 440 MiB resident. */
    private static final long LEAST_MEMORY_MEBIBYTES = 512;

    private static final Pattern MEBIBYTES = Pattern.compile("[0-9]{1,18}Mi");

    private final TrainingRecipeSpec spec;
    private final List<Violation> violations = new ArrayList<>();

    private RecipeValidator(TrainingRecipeSpec spec) {
        this.spec = spec;
    }

    /**
     * Schema and cross-field rules together: a value out of range hides no other mistake.
     *
     * @param json a whole document; unknown fields are taken out and defaults filled in
     * @return every violation, empty if the recipe may run; of one field only what the schema says, if it says something
     */
    public static List<Violation> validate(ObjectNode json) {
        List<Violation> violations = new ArrayList<>(RecipeDocument.check(json));
        if (RecipeDocument.schema().hasShape(json)) {
            Set<String> named = violations.stream().map(Violation::path).collect(Collectors.toSet());
            crossField(json).stream()
                    .filter(violation -> !named.contains(violation.path()))
                    .forEach(violations::add);
        }
        return violations;
    }

    private static List<Violation> crossField(ObjectNode json) {
        TrainingRecipeSpec spec;
        try {
            spec = RecipeDocument.readSpec(json.path("spec"));
        } catch (RecipeException e) {
            // A name that no enum has, or a number that no int holds: the schema has said so.
            return List.of();
        }
        return validate(spec);
    }

    /** @return every violation of the cross-field rules, empty if the recipe may run */
    public static List<Violation> validate(TrainingRecipeSpec spec) {
        RecipeValidator validator = new RecipeValidator(spec);
        DatasetRules.check(spec.dataset(), validator.violations);
        validator.checkNetworks();
        validator.checkSchedule();
        validator.checkSnapshots();
        validator.checkTricks();
        validator.checkCompute();
        DestinationRules.check(spec.publish().destinations(), validator.violations);
        InferenceServiceRules.check(spec.publish(), validator.violations);
        return List.copyOf(validator.violations);
    }

    /** @return what works but is probably not meant, one sentence each */
    public static List<String> warnings(TrainingRecipeSpec spec) {
        List<String> warnings = new ArrayList<>();
        Tricks tricks = spec.tricks();
        if (tricks.labelSmoothing().enabled()
                && tricks.labelSmoothing().teacher()
                && tricks.distillation().enabled()) {
            warnings.add("spec.tricks.labelSmoothing.teacher: a teacher trained on smoothed labels distils worse"
                    + " (Müller et al. 2019); leave it false unless you measured otherwise");
        }
        if (spec.teacher() != null && !tricks.distillation().enabled()) {
            warnings.add("spec.teacher: ignored, because spec.tricks.distillation.enabled is false");
        }
        Tricks.ModelTweaks tweaks = tricks.modelTweaks();
        // D is the default and is not applied where it has no meaning; B and C were chosen by somebody.
        if (tweaks.enabled()
                && tweaks.variant() != Tricks.ModelTweaks.Variant.D
                && families(spec).stream().noneMatch(ModelFamily::hasTweakVariants)) {
            warnings.add(
                    "spec.tricks.modelTweaks.variant: " + tweaks.variant() + " is a ResNet's and changes nothing in"
                            + " family " + spec.student().model().family() + "; zeroGamma applies");
        }
        DatasetRules.warn(spec.dataset(), warnings);
        return List.copyOf(warnings);
    }

    private void checkNetworks() {
        checkDepth("spec.student.model.depth", spec.student().model());
        boolean distils = spec.tricks().distillation().enabled();
        if (spec.teacher() != null) {
            checkDepth("spec.teacher.model.depth", spec.teacher().model());
        } else if (distils) {
            add("spec.teacher", "nothing", "a network, or spec.tricks.distillation.enabled: false");
        }
    }

    private void checkDepth(String path, Network.Model model) {
        if (!model.family().allowsDepth(model.depth())) {
            Object got = model.depth() == null ? "nothing" : model.depth();
            add(path, got, model.family().depths() + " for family " + model.family());
        }
    }

    /** @return the families that this recipe trains: the student's, and the teacher's if it distils */
    private static Set<ModelFamily> families(TrainingRecipeSpec spec) {
        Set<ModelFamily> families = EnumSet.of(spec.student().model().family());
        if (spec.teacher() != null && spec.tricks().distillation().enabled()) {
            families.add(spec.teacher().model().family());
        }
        return families;
    }

    private void checkSchedule() {
        checkSchedule("spec.student.epochs", spec.student());
        if (spec.teacher() != null && spec.tricks().distillation().enabled()) {
            checkSchedule("spec.teacher.epochs", spec.teacher());
        }
    }

    private void checkSchedule(String epochsPath, Network network) {
        Tricks tricks = spec.tricks();
        int warmup = tricks.warmup().enabled() ? tricks.warmup().epochs() : 0;
        if (warmup >= network.epochs()) {
            add("spec.tricks.warmup.epochs", warmup, "below " + epochsPath + " (" + network.epochs() + ")");
        }
        Tricks.Restarts restarts = tricks.cosineDecay().restarts();
        if (tricks.cosineDecay().enabled() && restarts != null && restarts.firstEpochs() > network.epochs() - warmup) {
            add(
                    RESTARTS,
                    restarts.firstEpochs(),
                    "at most the " + Math.max(0, network.epochs() - warmup) + " epochs that " + epochsPath
                            + " leaves after warm-up");
        }
    }

    private void checkSnapshots() {
        Tricks tricks = spec.tricks();
        Tricks.Restarts restarts = tricks.cosineDecay().restarts();
        if (!tricks.cosineDecay().enabled() || restarts == null || !restarts.snapshots()) {
            return;
        }
        int warmup = tricks.warmup().enabled() ? tricks.warmup().epochs() : 0;
        int epochs = spec.student().epochs();
        if (warmup + restarts.firstEpochs() * (1L + restarts.factor()) > epochs) {
            add(
                    "spec.tricks.cosineDecay.restarts.snapshots",
                    "true with fewer than two whole cycles in spec.student.epochs (" + epochs + ")",
                    "more epochs, a shorter restarts.firstEpochs, or snapshots: false");
        }
    }

    private void checkTricks() {
        Tricks tricks = spec.tricks();
        Tricks.Warmup warmup = tricks.warmup();
        boolean needsStart =
                warmup.form() == Tricks.Warmup.Form.EXPONENTIAL || warmup.form() == Tricks.Warmup.Form.CONSTANT;
        if (warmup.enabled() && needsStart && warmup.startFraction() <= 0) {
            add("spec.tricks.warmup.startFraction", warmup.startFraction(), "above 0 for form exponential or constant");
        }
        Double written = tricks.linearScaling().referenceRate();
        double reference = written == null ? spec.student().model().family().referenceRate() : written;
        if (reference <= 0) {
            add("spec.tricks.linearScaling.referenceRate", reference, "above 0");
        } else if (tricks.cosineDecay().enabled() && tricks.cosineDecay().finalRate() >= peakRate(reference)) {
            add(
                    "spec.tricks.cosineDecay.finalRate",
                    tricks.cosineDecay().finalRate(),
                    "below the peak rate " + peakRate(reference));
        }
        if (spec.training().optimizer().nesterov()
                && spec.training().optimizer().momentum() <= 0) {
            add("spec.training.optimizer.nesterov", "true with momentum 0", "momentum above 0, or nesterov: false");
        }
        Tricks.Decoupled decoupled = tricks.distillation().decoupled();
        if (tricks.distillation().enabled()
                && decoupled != null
                && decoupled.targetWeight() <= 0
                && decoupled.nonTargetWeight() <= 0) {
            add(
                    "spec.tricks.distillation.decoupled",
                    "targetWeight 0 and nonTargetWeight 0",
                    "one of them above 0: with both at 0 nothing is learned from the teacher");
        }
        Tricks.MixedPrecision precision = tricks.mixedPrecision();
        if (precision.enabled()
                && precision.dtype() == Tricks.MixedPrecision.Dtype.FP16
                && spec.compute().gpus() == 0) {
            add("spec.tricks.mixedPrecision.dtype", "fp16 with spec.compute.gpus: 0", "auto, bf16 or fp32 on a CPU");
        }
        Tricks.ModelTweaks tweaks = tricks.modelTweaks();
        if (tweaks.enabled()
                && tweaks.variant() == Tricks.ModelTweaks.Variant.C
                && families(spec).contains(ModelFamily.RESNET_CIFAR)) {
            add(
                    "spec.tricks.modelTweaks.variant",
                    "C with family resnet-cifar",
                    "B or D: C replaces a 7x7 stem, and this family's stem is 3x3");
        }
    }

    private double peakRate(double reference) {
        Tricks.LinearScaling scaling = spec.tricks().linearScaling();
        return scaling.enabled() ? reference * spec.training().batchSize() / scaling.referenceBatchSize() : reference;
    }

    private void checkCompute() {
        if (MEBIBYTES.matcher(spec.compute().memory()).matches()
                && spec.compute().memoryBytes() < LEAST_MEMORY_MEBIBYTES << 20) {
            add(
                    "spec.compute.memory",
                    spec.compute().memory(),
                    "at least " + LEAST_MEMORY_MEBIBYTES + "Mi: the smallest trainer takes about 450 MiB");
        }
    }

    private void add(String path, Object got, String expected) {
        violations.add(new Violation(path, String.valueOf(got), expected));
    }
}
