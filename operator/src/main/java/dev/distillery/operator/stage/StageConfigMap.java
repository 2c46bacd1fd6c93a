package dev.distillery.operator.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;

/** The resolved recipe as the trainer reads it; immutable. */
public final class StageConfigMap {
    static final String FILE = "recipe.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private StageConfigMap() {}

    public static ConfigMap desired(StagePlan plan) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(plan.namespace())
                .withName(plan.name())
                .withLabels(plan.labels())
                .withOwnerReferences(plan.owner())
                .endMetadata()
                .withImmutable(true)
                .withData(Map.of(FILE, json(plan)))
                .build();
    }

    private static String json(StagePlan plan) {
        try {
            return JSON.writeValueAsString(plan.recipe());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a resolved recipe is made of records and can be written", e);
        }
    }
}
