package dev.distillery.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What an embedded cluster is started with.
 *
 * @param stateDirectory holds the kubeconfig, logs, and the data of volume claims, which outlive the cluster; made if
 *     absent
 * @param images container image to the command that stands for it, to which a container's arguments are appended
 * @param port 0 for any free one
 * @param gpus how many {@code nvidia.com/gpu} the one node offers
 * @param retryDelay the wait before a Job's first retry, doubled by each; Kubernetes has 10 s
 * @param shutdownGrace the most that processes get between SIGTERM and SIGKILL when the cluster closes
 */
public record EmbeddedClusterOptions(
        Path stateDirectory,
        Map<String, List<String>> images,
        int port,
        int gpus,
        Duration retryDelay,
        Duration shutdownGrace) {

    public EmbeddedClusterOptions {
        stateDirectory = stateDirectory.toAbsolutePath().normalize();
        images = Map.copyOf(images);
    }

    /** Any free port, no images, no GPUs, a retry delay of 10 s and a shutdown grace of 30 s, as a pod's. */
    public static EmbeddedClusterOptions in(Path stateDirectory) {
        return new EmbeddedClusterOptions(
                stateDirectory, Map.of(), 0, 0, Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    public EmbeddedClusterOptions withImages(Map<String, List<String>> other) {
        return new EmbeddedClusterOptions(stateDirectory, other, port, gpus, retryDelay, shutdownGrace);
    }

    public EmbeddedClusterOptions withPort(int other) {
        return new EmbeddedClusterOptions(stateDirectory, images, other, gpus, retryDelay, shutdownGrace);
    }

    public EmbeddedClusterOptions withGpus(int other) {
        return new EmbeddedClusterOptions(stateDirectory, images, port, other, retryDelay, shutdownGrace);
    }

    public EmbeddedClusterOptions withRetryDelay(Duration other) {
        return new EmbeddedClusterOptions(stateDirectory, images, port, gpus, other, shutdownGrace);
    }

    public EmbeddedClusterOptions withShutdownGrace(Duration other) {
        return new EmbeddedClusterOptions(stateDirectory, images, port, gpus, retryDelay, other);
    }
}
