package dev.distillery.embedded.runner;

import com.sun.management.OperatingSystemMXBean;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** The one node, which is this machine. */
final class EmbeddedNode {
    static final String NAME = "embedded";
    static final String ADDRESS = "127.0.0.1";
    private static final long BYTES_PER_KIBIBYTE = 1024;

    private EmbeddedNode() {}

    static void register(KubernetesClient client, int gpus, Clock clock) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Map<String, Quantity> capacity = capacity(gpus);
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
        client.nodes().withName(NAME).editStatus(node -> new NodeBuilder(node)
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

    private static Map<String, Quantity> capacity(int gpus) {
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Map<String, Quantity> capacity = new LinkedHashMap<>();
        capacity.put("cpu", new Quantity(Integer.toString(machine.getAvailableProcessors())));
        capacity.put("memory", new Quantity(machine.getTotalMemorySize() / BYTES_PER_KIBIBYTE + "Ki"));
        capacity.put("pods", new Quantity("110"));
        capacity.put(GpuCapacity.RESOURCE, new Quantity(Integer.toString(gpus)));
        return capacity;
    }
}
