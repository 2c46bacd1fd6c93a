package dev.distillery.operator.stage;

import dev.distillery.recipe.Publish;
import dev.distillery.report.Stage;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.Optional;

/** The recipe's Secret with the key that signs what is published, as files; for the student alone, who publishes. */
record SigningKeySecret(String name) {
    /** Where it is mounted. */
    static final String FOLDER = "/etc/distillery-signing";

    private static final String VOLUME = "signing-key";
    private static final int GROUP_MAY_READ = 0440;

    static Optional<SigningKeySecret> of(StagePlan plan) {
        return Optional.ofNullable(plan.recipe().spec().publish().signing())
                .filter(signing -> plan.stage() == Stage.STUDENT)
                .map(Publish.Signing::secretRef)
                .map(secret -> new SigningKeySecret(secret.name()));
    }

    VolumeMount mount() {
        return new VolumeMountBuilder()
                .withName(VOLUME)
                .withMountPath(FOLDER)
                .withReadOnly(true)
                .build();
    }

    Volume volume() {
        return new VolumeBuilder()
                .withName(VOLUME)
                .withNewSecret()
                .withSecretName(name)
                .withDefaultMode(GROUP_MAY_READ)
                .endSecret()
                .build();
    }
}
