package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A container's variables with their sources resolved. Secrets are taken as they are; in all else paths are rewritten. */
final class ContainerEnvironment {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([\\w.-]+)\\)");

    private final KubernetesClient client;
    private final Pod pod;
    private final MountPaths paths;
    private final Map<String, String> variables = new LinkedHashMap<>();

    private ContainerEnvironment(KubernetesClient client, Pod pod, MountPaths paths) {
        this.client = client;
        this.pod = pod;
        this.paths = paths;
    }

    static ContainerEnvironment of(KubernetesClient client, Pod pod, Container container, MountPaths paths)
            throws StartFailure {
        ContainerEnvironment environment = new ContainerEnvironment(client, pod, paths);
        for (EnvFromSource source : container.getEnvFrom()) {
            environment.addAll(source);
        }
        for (EnvVar variable : container.getEnv()) {
            environment.add(variable);
        }
        return environment;
    }

    Map<String, String> variables() {
        return variables;
    }

    /** Replaces {@code $(NAME)} by the variable's value; {@code $$} stands for a dollar sign. */
    String expand(String text) {
        return REFERENCE.matcher(text).replaceAll(match -> {
            if (match.group(1) == null) {
                return Matcher.quoteReplacement("$");
            }
            return Matcher.quoteReplacement(variables.getOrDefault(match.group(1), match.group()));
        });
    }

    private void add(EnvVar variable) throws StartFailure {
        EnvVarSource source = variable.getValueFrom();
        if (source == null) {
            String value = Optional.ofNullable(variable.getValue()).orElse("");
            variables.put(variable.getName(), paths.rewrite(expand(value)));
        } else if (source.getSecretKeyRef() != null) {
            var reference = source.getSecretKeyRef();
            Optional<String> value = secret(reference.getName()).map(data -> data.get(reference.getKey()));
            put(variable, value, reference.getOptional(), "secret", reference.getName(), reference.getKey());
        } else if (source.getConfigMapKeyRef() != null) {
            var reference = source.getConfigMapKeyRef();
            Optional<String> value = configMap(reference.getName())
                    .map(data -> data.get(reference.getKey()))
                    .map(paths::rewrite);
            put(variable, value, reference.getOptional(), "configmap", reference.getName(), reference.getKey());
        } else if (source.getFieldRef() != null) {
            variables.put(variable.getName(), field(source.getFieldRef().getFieldPath()));
        } else {
            throw StartFailure.configuration(
                    "env %s: got a source that is not played, expected secretKeyRef, configMapKeyRef or fieldRef"
                            .formatted(variable.getName()));
        }
    }

    private void put(EnvVar variable, Optional<String> value, Boolean optional, String kind, String name, String key)
            throws StartFailure {
        if (value.isPresent()) {
            variables.put(variable.getName(), value.get());
        } else if (!Boolean.TRUE.equals(optional)) {
            throw StartFailure.configuration("couldn't find key %s in %s %s/%s"
                    .formatted(key, kind, pod.getMetadata().getNamespace(), name));
        }
    }

    private void addAll(EnvFromSource source) throws StartFailure {
        String prefix = Optional.ofNullable(source.getPrefix()).orElse("");
        boolean fromSecret = source.getSecretRef() != null;
        String name = fromSecret
                ? source.getSecretRef().getName()
                : source.getConfigMapRef().getName();
        Boolean optional = fromSecret
                ? source.getSecretRef().getOptional()
                : source.getConfigMapRef().getOptional();
        Optional<Map<String, String>> data = fromSecret ? secret(name) : configMap(name);
        if (data.isEmpty() && !Boolean.TRUE.equals(optional)) {
            throw StartFailure.configuration(
                    "%s \"%s\" not found".formatted(fromSecret ? "secret" : "configmap", name));
        }
        data.ifPresent(entries -> entries.forEach((key, value) -> variables.put(prefix + key, value)));
    }

    private Optional<Map<String, String>> secret(String name) {
        Secret secret = client.secrets()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get();
        return Optional.ofNullable(secret).map(found -> {
            Map<String, String> data = new LinkedHashMap<>();
            found.getData()
                    .forEach((key, text) ->
                            data.put(key, new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8)));
            return data;
        });
    }

    private Optional<Map<String, String>> configMap(String name) {
        ConfigMap map = client.configMaps()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get();
        return Optional.ofNullable(map).map(ConfigMap::getData);
    }

    private String field(String path) throws StartFailure {
        return switch (path) {
            case "metadata.name" -> pod.getMetadata().getName();
            case "metadata.namespace" -> pod.getMetadata().getNamespace();
            case "metadata.uid" -> pod.getMetadata().getUid();
            case "spec.nodeName" -> EmbeddedNode.NAME;
            case "status.podIP", "status.hostIP" -> EmbeddedNode.ADDRESS;
            default ->
                throw StartFailure.configuration(
                        "fieldRef %s: expected metadata.name, metadata.namespace, metadata.uid, spec.nodeName, status.podIP or status.hostIP"
                                .formatted(path));
        };
    }
}
