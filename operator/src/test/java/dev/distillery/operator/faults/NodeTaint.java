package dev.distillery.operator.faults;

import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.TrainerPod;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import org.awaitility.Awaitility;

/** A taint that evicts every pod of the node, and keeps others away until all have gone. */
record NodeTaint(KubernetesClient client) {
    private static final String TAINT =
            "{\"spec\": {\"taints\": [{\"key\": \"test/maintenance\", \"effect\": \"NoExecute\"}]}}";
    private static final String NONE = "{\"spec\": {\"taints\": null}}";

    /** @return whether there was a pod on it */
    boolean evictAll() {
        Node node = client.nodes().list().getItems().get(0);
        patch(node, TAINT);
        try {
            List<Pod> evicted = pods().stream()
                    .filter(pod -> pod.getSpec().getNodeName() != null)
                    .toList();
            Awaitility.await("the node is empty").atMost(FaultsIT.PATIENCE).until(() -> evicted.stream()
                    .noneMatch(this::live));
            return !evicted.isEmpty();
        } finally {
            patch(node, NONE);
        }
    }

    private List<Pod> pods() {
        return client.pods().inAnyNamespace().withLabel(StagePlan.STAGE).list().getItems().stream()
                .filter(NodeTaint::unended)
                .toList();
    }

    private boolean live(Pod pod) {
        Pod now = client.resource(pod).get();
        return now != null
                && now.getMetadata().getUid().equals(pod.getMetadata().getUid())
                && unended(now);
    }

    private static boolean unended(Pod pod) {
        return new TrainerPod(pod).live();
    }

    private void patch(Node node, String spec) {
        client.resource(node).patch(PatchContext.of(PatchType.JSON_MERGE), spec);
    }
}
