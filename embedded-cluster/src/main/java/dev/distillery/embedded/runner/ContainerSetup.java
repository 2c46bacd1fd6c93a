package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns a pod's container into a command, its variables and its files. */
final class ContainerSetup {
    private static final String DEFAULT_TERMINATION_MESSAGE_PATH = "/dev/termination-log";
    private static final String TERMINATION_MESSAGE_VARIABLE = "TERMINATION_MESSAGE_PATH";

    private final KubernetesClient client;
    private final PodDirectories directories;
    private final Map<String, List<String>> images;

    ContainerSetup(KubernetesClient client, PodDirectories directories, Map<String, List<String>> images) {
        this.client = client;
        this.directories = directories;
        this.images = images;
    }

    /**
     * What to start.
     *
     * @param environment added to the variables of this JVM
     * @param terminationMessage where the process may leave its last words
     */
    record Command(
            List<String> argv,
            Map<String, String> environment,
            Path workingDirectory,
            Path log,
            Path terminationMessage) {}

    /** Writes the pod's volumes. The container's own command, where it has one, takes the image's place. */
    Command prepare(Pod pod) throws StartFailure {
        List<Container> containers = pod.getSpec().getContainers();
        if (containers.size() != 1) {
            throw StartFailure.configuration("got %d containers, expected one".formatted(containers.size()));
        }
        Container container = containers.get(0);
        List<String> prefix = images.get(container.getImage());
        if (prefix == null) {
            throw StartFailure.noImage(container.getImage());
        }
        PodId id = PodId.of(pod);
        Path directory = LocalFiles.createDirectories(directories.of(id.namespace(), id.name(), id.uid()));
        Path message = directory.resolve("termination-log");
        LocalFiles.writePrivate(message, new byte[0]);
        Map<String, Path> mounts = new LinkedHashMap<>(new PodVolumes(client, directories, pod).mount(pod, container));
        String messagePath = container.getTerminationMessagePath();
        mounts.put(messagePath == null ? DEFAULT_TERMINATION_MESSAGE_PATH : messagePath, message);
        MountPaths paths = new MountPaths(mounts);
        ContainerEnvironment environment = ContainerEnvironment.of(client, pod, container, paths);
        Map<String, String> variables = new LinkedHashMap<>(environment.variables());
        variables.put(TERMINATION_MESSAGE_VARIABLE, message.toString());

        List<String> argv = new ArrayList<>();
        if (container.getCommand().isEmpty()) {
            argv.addAll(prefix);
        } else {
            container.getCommand().forEach(word -> argv.add(paths.rewrite(environment.expand(word))));
        }
        container.getArgs().forEach(word -> argv.add(paths.rewrite(environment.expand(word))));
        return new Command(
                List.copyOf(argv),
                variables,
                workingDirectory(container, paths, directory),
                directories.log(id.namespace(), id.name(), id.uid()),
                message);
    }

    /** Writes the pod's projected tokens anew. */
    void renewTokens(Pod pod) throws StartFailure {
        new PodVolumes(client, directories, pod).renewTokens(pod);
    }

    private static Path workingDirectory(Container container, MountPaths paths, Path podDirectory) {
        String wanted = container.getWorkingDir();
        if (wanted != null && !paths.rewrite(wanted).equals(wanted)) {
            return LocalFiles.createDirectories(Path.of(paths.rewrite(wanted)));
        }
        return LocalFiles.createDirectories(podDirectory.resolve("work"));
    }
}
