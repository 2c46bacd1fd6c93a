package dev.distillery.recipe;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** From a spec as the API server stores it to one with nothing left open. Pure: same spec, same result. */
public final class RecipeResolver {
    /** Bumped when the trainer's mathematics change, so that an old teacher is not taken for a new one. */
    private static final String TRAINER_GENERATION = "1";

    private RecipeResolver() {}

    /** For who starts no trainer, or the only one that there is. */
    public static ResolvedRecipe resolve(String namespace, String name, TrainingRecipeSpec spec) {
        return resolve(namespace, name, spec, "");
    }

    /**
     * @param trainer the image that trains, best by its digest: a teacher of another trainer is another teacher, for
     *     nobody knows that both would be the same
     */
    public static ResolvedRecipe resolve(String namespace, String name, TrainingRecipeSpec spec, String trainer) {
        TrainingRecipeSpec full = withFamilyDefaults(spec);
        String modelName =
                full.publish().modelName() == null ? name : full.publish().modelName();
        boolean distils = full.tricks().distillation().enabled() && full.teacher() != null;
        return new ResolvedRecipe(
                namespace,
                name,
                modelName,
                full,
                sha256(studentInputs(full, distils)),
                distils ? teacherHash(full, trainer) : null);
    }

    private static TrainingRecipeSpec withFamilyDefaults(TrainingRecipeSpec spec) {
        ModelFamily family = spec.student().model().family();
        Tricks t = spec.tricks();
        Tricks.LinearScaling scaling = t.linearScaling();
        Tricks.LinearScaling fullScaling = new Tricks.LinearScaling(
                scaling.enabled(),
                scaling.referenceRate() == null ? Double.valueOf(family.referenceRate()) : scaling.referenceRate(),
                scaling.referenceBatchSize());
        Training.Optimizer o = spec.training().optimizer();
        Training.Optimizer fullOptimizer = new Training.Optimizer(
                o.momentum(),
                o.nesterov(),
                o.weightDecay() == null ? Double.valueOf(family.weightDecay()) : o.weightDecay());
        return spec.withDataset(withFormatDefaults(spec.dataset()))
                .withTricks(new Tricks(
                        t.cosineDecay(),
                        t.distillation(),
                        fullScaling,
                        t.warmup(),
                        t.labelSmoothing(),
                        t.mixedPrecision(),
                        t.modelTweaks(),
                        t.noBiasDecay()))
                .withTraining(spec.training().withOptimizer(fullOptimizer));
    }

    private static Dataset withFormatDefaults(Dataset data) {
        boolean open = data.format() == Dataset.Format.IMAGE_FOLDER && data.imageSize() == null;
        return new Dataset(
                data.format(),
                data.train(),
                data.validation(),
                data.classes(),
                open ? Integer.valueOf(Dataset.DEFAULT_IMAGE_SIZE) : data.imageSize(),
                data.maxBadImages(),
                data.augmentation());
    }

    private static List<Object> studentInputs(TrainingRecipeSpec spec, boolean distils) {
        List<Object> inputs = new ArrayList<>(List.of(
                TRAINER_GENERATION,
                dataIdentity(spec.dataset()),
                spec.student(),
                spec.training(),
                spec.tricks(),
                spec.export(),
                spec.compute().cpus(),
                spec.compute().gpus()));
        if (distils) {
            inputs.add(spec.teacher());
        }
        return inputs;
    }

    private static String teacherHash(TrainingRecipeSpec spec, String trainer) {
        Tricks t = spec.tricks();
        Object smoothing = t.labelSmoothing().teacher() ? t.labelSmoothing() : "none";
        return sha256(List.of(
                TRAINER_GENERATION,
                trainer,
                dataIdentity(spec.dataset()),
                spec.teacher(),
                spec.training(),
                t.cosineDecay().withoutSnapshots(),
                t.linearScaling(),
                t.warmup(),
                smoothing,
                t.mixedPrecision(),
                t.modelTweaks(),
                t.noBiasDecay(),
                spec.compute().cpus(),
                spec.compute().gpus()));
    }

    /** What the data are, not where they lie: a file whose checksum is stated may move without becoming other data. */
    private static List<Object> dataIdentity(Dataset data) {
        List<Object> identity = new ArrayList<>(List.of(data.format(), data.augmentation()));
        identity.add(data.classes() == null ? "unnamed" : data.classes());
        identity.add(data.imageSize() == null ? "own" : data.imageSize());
        for (Dataset.Split split : List.of(data.train(), data.validation())) {
            for (Dataset.Source source : split.sources()) {
                identity.add(source.sha256() == null ? source.uri() : source.sha256());
            }
        }
        return identity;
    }

    /**
     * @param value of recipe records, lists, maps and scalars
     * @return SHA-256, lower-case hex; a field that a later version adds to the recipe leaves it as it is
     */
    public static String sha256(Object value) {
        try {
            byte[] json = CanonicalJson.of(value).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
