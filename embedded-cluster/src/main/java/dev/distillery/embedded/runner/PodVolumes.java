package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.ConfigMapProjection;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.SecretProjection;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pod's volumes as local directories: config maps and secrets are written out once, tokens too and renewed by {@link
 * #renewTokens}, empty directories are made, host paths and claims are used where they lie. {@code readOnly} is not enforced.
 */
final class PodVolumes {
    private final KubernetesClient client;
    private final PodDirectories directories;
    private final PodId pod;

    private final String account;
    private final VolumeFiles files;
    private final AccountTokens tokens;

    PodVolumes(KubernetesClient client, PodDirectories directories, Pod pod) {
        this.client = client;
        this.directories = directories;
        this.pod = PodId.of(pod);
        this.account = pod.getSpec().getServiceAccountName();
        this.files = new VolumeFiles(client, this.pod.namespace());
        this.tokens = new AccountTokens(client);
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

    /** Writes the pod's projected tokens anew. */
    void renewTokens(Pod source) throws StartFailure {
        for (Volume volume : source.getSpec().getVolumes()) {
            for (ServiceAccountTokenProjection token : AccountTokens.of(volume)) {
                LocalFiles.writePrivate(within(own(volume), token.getPath()), tokens.request(pod, account, token));
            }
        }
    }

    private Path own(Volume volume) {
        return directories
                .of(pod.namespace(), pod.name(), pod.uid())
                .resolve("volumes")
                .resolve(volume.getName());
    }

    private Path directory(Volume volume) throws StartFailure {
        Path own = own(volume);
        if (volume.getEmptyDir() != null) {
            return LocalFiles.createDirectories(own);
        } else if (volume.getHostPath() != null) {
            return hostPath(volume);
        } else if (volume.getPersistentVolumeClaim() != null) {
            return claim(volume.getPersistentVolumeClaim().getClaimName());
        } else if (volume.getConfigMap() != null) {
            ConfigMapVolumeSource map = volume.getConfigMap();
            return write(files.configMap(map.getName(), map.getOptional()), map.getItems(), own);
        } else if (volume.getSecret() != null) {
            SecretVolumeSource secret = volume.getSecret();
            return write(files.secret(secret.getSecretName(), secret.getOptional()), secret.getItems(), own);
        } else if (volume.getProjected() != null) {
            return projected(volume.getProjected(), own);
        }
        throw StartFailure.configuration(
                "volume \"%s\": got a type that is not played, expected configMap, secret, projected, emptyDir, hostPath or persistentVolumeClaim"
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

    private Path projected(ProjectedVolumeSource source, Path directory) throws StartFailure {
        LocalFiles.createDirectories(directory);
        for (VolumeProjection part : source.getSources()) {
            if (part.getServiceAccountToken() != null) {
                Path file = within(directory, part.getServiceAccountToken().getPath());
                LocalFiles.writePrivate(file, tokens.request(pod, account, part.getServiceAccountToken()));
            } else if (part.getConfigMap() != null) {
                ConfigMapProjection map = part.getConfigMap();
                write(files.configMap(map.getName(), map.getOptional()), map.getItems(), directory);
            } else if (part.getSecret() != null) {
                SecretProjection secret = part.getSecret();
                write(files.secret(secret.getName(), secret.getOptional()), secret.getItems(), directory);
            } else {
                throw StartFailure.configuration(
                        "projected volume: got a source that is not played, expected serviceAccountToken, configMap or secret");
            }
        }
        return directory;
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
