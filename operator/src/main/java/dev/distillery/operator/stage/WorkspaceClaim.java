package dev.distillery.operator.stage;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;

/** The claim that trained teachers lie on. Nobody owns it: it is shared by the namespace's recipes and outlives them. */
public final class WorkspaceClaim {
    private static final String SIZE = "10Gi";

    private WorkspaceClaim() {}

    public static PersistentVolumeClaim desired(StagePlan plan) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace(plan.namespace())
                .withName(plan.compute().workspaceClaim())
                .withLabels(Map.of(StagePlan.MANAGED_BY, StagePlan.MANAGER))
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withNewResources()
                .withRequests(Map.of("storage", new Quantity(SIZE)))
                .endResources()
                .endSpec()
                .build();
    }
}
