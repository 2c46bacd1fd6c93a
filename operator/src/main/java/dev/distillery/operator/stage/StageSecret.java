package dev.distillery.operator.stage;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** The token with which the stage's pods report progress; immutable. */
public final class StageSecret {
    static final String TOKEN = "token";

    private StageSecret() {}

    /** @param token for this stage's Job only */
    public static Secret desired(StagePlan plan, String token) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(plan.namespace())
                .withName(plan.name())
                .withLabels(plan.labels())
                .withOwnerReferences(plan.owner())
                .endMetadata()
                .withType("Opaque")
                .withImmutable(true)
                .withData(Map.of(TOKEN, Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.US_ASCII))))
                .build();
    }
}
