package dev.distillery.operator.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;

class NoManagedFieldsTest {
    private static final Pod POD = new PodBuilder()
            .withNewMetadata()
            .withName("trainer")
            .addToLabels("stage", "Student")
            .addToAdditionalProperties("newer", "kept")
            .endMetadata()
            .build();

    @Test
    void everythingElseIsRead() {
        assertEquals(POD, new KubernetesSerialization(mapper(), true).unmarshal(sent(), Pod.class));
    }

    @Test
    void otherwiseTheyAreThere() {
        Pod pod = new KubernetesSerialization(new ObjectMapper(), true).unmarshal(sent(), Pod.class);
        assertFalse(pod.getMetadata().getManagedFields().isEmpty());
    }

    private static ObjectMapper mapper() {
        ObjectMapper mapper = new ObjectMapper();
        new NoManagedFields().customize(mapper);
        return mapper;
    }

    private static String sent() {
        ManagedFieldsEntry entry = new ManagedFieldsEntry();
        entry.setManager("kubectl");
        Pod managed = new PodBuilder(POD)
                .editMetadata()
                .withManagedFields(entry)
                .endMetadata()
                .build();
        return new KubernetesSerialization(new ObjectMapper(), true).asJson(managed);
    }
}
