package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pod's volumes as local directories: config maps and secrets are written out once, empty directories are made, host
 * paths and claims are used where they lie. {@code readOnly} is not enforced.
 */
final class PodVolumes {
    private final KubernetesClient client;
    private final PodDirectories directories;
    private final PodId pod;

    PodVolumes(KubernetesClient client, PodDirectories directories, PodId pod) {
        this.client = client;
        this.directories = directories;
        this.pod = pod;
    }

    /** @return local path by mount path */
    Map<String, Path> mount(Pod source, Container container) throws StartFailure {
        Map<String, Volume> volumes = new HashMap<>();
        source.getSpec().getVolumes().forEach(volume -> volumes.put(volume.getName(), volume));
        Map<String, Path> mounts = new LinkedHashMap<>();
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path directory = directory(volumes.get(mount.getName()));
            String subPath = mount.getSubPath();
            boolean whole = subPath == null || subPath.isEmpty();
            mounts.put(withoutTrailingSlash(mount.getMountPath()), whole ? directory : within(directory, subPath));
        }
        return mounts;
    }

    private Path directory(Volume volume) throws StartFailure {
        Path own = directories
                .of(pod.namespace(), pod.name(), pod.uid())
                .resolve("volumes")
                .resolve(volume.getName());
        if (volume.getEmptyDir() != null) {
            return LocalFiles.createDirectories(own);
        } else if (volume.getHostPath() != null) {
            return hostPath(volume);
        } else if (volume.getPersistentVolumeClaim() != null) {
            return claim(volume.getPersistentVolumeClaim().getClaimName());
        } else if (volume.getConfigMap() != null) {
            return configMap(volume, own);
        } else if (volume.getSecret() != null) {
            return secret(volume, own);
        }
        throw StartFailure.configuration(
                "volume \"%s\": got a type that is not played, expected configMap, secret, emptyDir, hostPath or persistentVolumeClaim"
                        .formatted(volume.getName()));
    }

    private static Path hostPath(Volume volume) throws StartFailure {
        Path path = Path.of(volume.getHostPath().getPath());
        if ("DirectoryOrCreate".equals(volume.getHostPath().getType())) {
            return LocalFiles.createDirectories(path);
        }
        if (!Files.exists(path)) {
            throw StartFailure.configuration("hostPath %s: no such file or directory".formatted(path));
        }
        return path;
    }

    private Path claim(String name) throws StartFailure {
        if (client.persistentVolumeClaims()
                        .inNamespace(pod.namespace())
                        .withName(name)
                        .get()
                == null) {
            throw StartFailure.configuration("persistentvolumeclaim \"%s\" not found".formatted(name));
        }
        return LocalFiles.createDirectories(directories.claim(pod.namespace(), name));
    }

    private Path configMap(Volume volume, Path directory) throws StartFailure {
        String name = volume.getConfigMap().getName();
        ConfigMap map =
                client.configMaps().inNamespace(pod.namespace()).withName(name).get();
        Map<String, byte[]> files = new LinkedHashMap<>();
        if (map != null) {
            map.getData().forEach((key, text) -> files.put(key, text.getBytes(StandardCharsets.UTF_8)));
            map.getBinaryData()
                    .forEach((key, text) -> files.put(key, Base64.getDecoder().decode(text)));
        } else if (!Boolean.TRUE.equals(volume.getConfigMap().getOptional())) {
            throw StartFailure.configuration("configmap \"%s\" not found".formatted(name));
        }
        return write(files, volume.getConfigMap().getItems(), directory);
    }

    private Path secret(Volume volume, Path directory) throws StartFailure {
        String name = volume.getSecret().getSecretName();
        Secret secret =
                client.secrets().inNamespace(pod.namespace()).withName(name).get();
        Map<String, byte[]> files = new LinkedHashMap<>();
        if (secret != null) {
            secret.getData()
                    .forEach((key, text) -> files.put(key, Base64.getDecoder().decode(text)));
        } else if (!Boolean.TRUE.equals(volume.getSecret().getOptional())) {
            throw StartFailure.configuration("secret \"%s\" not found".formatted(name));
        }
        return write(files, volume.getSecret().getItems(), directory);
    }

    private static Path write(Map<String, byte[]> files, List<KeyToPath> items, Path directory) throws StartFailure {
        LocalFiles.createDirectories(directory);
        if (items.isEmpty()) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                LocalFiles.writePrivate(within(directory, file.getKey()), file.getValue());
            }
        }
        for (KeyToPath item : items) {
            byte[] content = files.get(item.getKey());
            if (content == null) {
                throw StartFailure.configuration("references non-existent key: " + item.getKey());
            }
            LocalFiles.writePrivate(within(directory, item.getPath()), content);
        }
        return directory;
    }

    private static Path within(Path directory, String relative) throws StartFailure {
        Path path = directory.resolve(relative).normalize();
        if (!path.startsWith(directory)) {
            throw StartFailure.configuration("path \"%s\" leaves its volume".formatted(relative));
        }
        return path;
    }

    private static String withoutTrailingSlash(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
