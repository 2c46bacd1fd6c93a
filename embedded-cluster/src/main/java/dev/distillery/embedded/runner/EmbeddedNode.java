package dev.distillery.embedded.runner;

import com.sun.management.OperatingSystemMXBean;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The one node, which is this machine. */
final class EmbeddedNode {
    static final String NAME = "embedded";
    static final String ADDRESS = "127.0.0.1";
    private static final int REPORTS = 10;
    private static final long BYTES_PER_KIBIBYTE = 1024;

    private EmbeddedNode() {}

    static void register(KubernetesClient client, Map<String, Quantity> capacity, Clock clock) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        client.nodes()
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .addToLabels("kubernetes.io/hostname", NAME)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build())
                .create();
        // An API server with all its rules lets no pod onto a new node until somebody says that it is ready.
        client.nodes().withName(NAME).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"taints\": null}}");
        report(client, node -> new NodeBuilder(node)
                .withNewStatus()
                .withCapacity(capacity)
                .withAllocatable(capacity)
                .addNewAddress(ADDRESS, "InternalIP")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withReason("KubeletReady")
                .withMessage("processes can be started")
                .withLastHeartbeatTime(now)
                .withLastTransitionTime(now)
                .endCondition()
                .withNewNodeInfo()
                .withOperatingSystem("linux")
                .withArchitecture(System.getProperty("os.arch"))
                .withKubeletVersion("embedded")
                .endNodeInfo()
                .endStatus()
                .build());
    }

    /** A real cluster's controllers write to a new node, too. */
    private static void report(KubernetesClient client, UnaryOperator<Node> status) {
        for (int attempt = 1; ; attempt++) {
            try {
                client.nodes().withName(NAME).editStatus(status);
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == REPORTS) {
                    throw e;
                }
            }
        }
    }

    static Map<String, Quantity> thisMachine(int gpus) {
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return capacity(
                Integer.toString(machine.getAvailableProcessors()),
                machine.getTotalMemorySize() / BYTES_PER_KIBIBYTE + "Ki",
                gpus);
    }

    /** For schedulers that count: a recipe made for a big node still runs on a laptop. */
    static Map<String, Quantity> roomy(int gpus) {
        return capacity("1000", "10Ti", gpus);
    }

    private static Map<String, Quantity> capacity(String cpus, String memory, int gpus) {
        Map<String, Quantity> capacity = new LinkedHashMap<>();
        capacity.put("cpu", new Quantity(cpus));
        capacity.put("memory", new Quantity(memory));
        capacity.put("pods", new Quantity("110"));
        capacity.put(GpuCapacity.RESOURCE, new Quantity(Integer.toString(gpus)));
        return capacity;
    }
}
