package dev.distillery.operator.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SmallPodsTest {
    private static final PodSpec KEPT = new PodSpecBuilder()
            .withNodeName("node-1")
            .withSchedulerName("volcano")
            .addNewContainer()
            .withName("trainer")
            .withImage("trainer:1")
            .withNewResources()
            .withLimits(Map.of("nvidia.com/gpu", new Quantity("1")))
            .endResources()
            .endContainer()
            .build();

    private static final PodSpec WHOLE = new PodSpecBuilder(KEPT)
            .addNewVolume()
            .withName("workspace")
            .endVolume()
            .addNewToleration()
            .withKey("gpu")
            .endToleration()
            .addToNodeSelector("gpu", "h100")
            .withNewSecurityContext()
            .withRunAsNonRoot(true)
            .endSecurityContext()
            .editContainer(0)
            .withArgs("train")
            .addNewEnv()
            .withName("DISTILLERY_SEED")
            .withValue("1")
            .endEnv()
            .addNewVolumeMount()
            .withName("workspace")
            .withMountPath("/workspace")
            .endVolumeMount()
            .endContainer()
            .build();

    @Test
    void whatStartsAContainerIsNotKept() {
        Job read = small().unmarshal(plain().asJson(job(WHOLE)), Job.class);
        assertThat(read).isEqualTo(job(KEPT));
        assertThat(read.getSpec().getTemplate().getSpec().getAdditionalProperties())
                .isEmpty();
    }

    @Test
    void allOfItIsSent() {
        assertThat(small().asJson(job(WHOLE))).isEqualTo(plain().asJson(job(WHOLE)));
    }

    private static Job job(PodSpec spec) {
        return new JobBuilder()
                .withNewSpec()
                .withSuspend(true)
                .withNewTemplate()
                .withSpec(spec)
                .endTemplate()
                .endSpec()
                .build();
    }

    private static KubernetesSerialization plain() {
        return new KubernetesSerialization(new ObjectMapper(), true);
    }

    private static KubernetesSerialization small() {
        ObjectMapper mapper = new ObjectMapper();
        new SmallPods().customize(mapper);
        return new KubernetesSerialization(mapper, true);
    }
}
