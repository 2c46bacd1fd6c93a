package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Contents of a namespace's config maps and secrets, by file name. */
record VolumeFiles(KubernetesClient client, String namespace) {

    /** @param optional whether its absence is no failure; null for false */
    Map<String, byte[]> configMap(String name, Boolean optional) throws StartFailure {
        ConfigMap map =
                client.configMaps().inNamespace(namespace).withName(name).get();
        Map<String, byte[]> files = new LinkedHashMap<>();
        if (map != null) {
            map.getData().forEach((key, text) -> files.put(key, text.getBytes(StandardCharsets.UTF_8)));
            map.getBinaryData()
                    .forEach((key, text) -> files.put(key, Base64.getDecoder().decode(text)));
        } else if (!Boolean.TRUE.equals(optional)) {
            throw StartFailure.configuration("configmap \"%s\" not found".formatted(name));
        }
        return files;
    }

    /** @param optional whether its absence is no failure; null for false */
    Map<String, byte[]> secret(String name, Boolean optional) throws StartFailure {
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        Map<String, byte[]> files = new LinkedHashMap<>();
        if (secret != null) {
            secret.getData()
                    .forEach((key, text) -> files.put(key, Base64.getDecoder().decode(text)));
        } else if (!Boolean.TRUE.equals(optional)) {
            throw StartFailure.configuration("secret \"%s\" not found".formatted(name));
        }
        return files;
    }
}
