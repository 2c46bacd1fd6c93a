package dev.distillery.operator.stage;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The controls of Kubernetes' Pod Security Standards, levels baseline and restricted, written down from their text and from
 * no code of ours.
 */
final class PodSecurity {
    private static final Set<String> VOLUMES = Set.of(
            "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret");
    private static final Set<String> SECCOMP = Set.of("RuntimeDefault", "Localhost");

    private PodSecurity() {}

    /** @return what keeps the template out of level restricted */
    static List<String> violations(JsonNode template) {
        List<String> violations = new ArrayList<>();
        JsonNode pod = template.path("spec");
        for (String host : List.of("hostNetwork", "hostPID", "hostIPC")) {
            require(!pod.path(host).asBoolean(), host, violations);
        }
        JsonNode security = pod.path("securityContext");
        require(!security.has("windowsOptions"), "windowsOptions", violations);
        require(security.path("sysctls").isEmpty(), "sysctls", violations);
        require(!security.has("seLinuxOptions") && !security.has("appArmorProfile"), "SELinux, AppArmor", violations);
        require(security.path("runAsNonRoot").asBoolean(), "runAsNonRoot", violations);
        require(security.path("runAsUser").asInt(1) != 0, "runAsUser", violations);
        require(SECCOMP.contains(security.at("/seccompProfile/type").asText()), "seccompProfile", violations);
        for (JsonNode volume : pod.path("volumes")) {
            volume.fieldNames()
                    .forEachRemaining(kind -> require(
                            kind.equals("name") || VOLUMES.contains(kind), "volume of kind " + kind, violations));
        }
        template.at("/metadata/annotations")
                .fieldNames()
                .forEachRemaining(name -> require(
                        !name.contains("apparmor.security.beta.kubernetes.io")
                                && !name.contains("seccomp.security.alpha"),
                        "annotation " + name,
                        violations));
        require(
                pod.path("initContainers").isEmpty()
                        && pod.path("ephemeralContainers").isEmpty(),
                "others",
                violations);
        require(pod.path("containers").size() == 1, "containers", violations);
        pod.path("containers").forEach(container -> check(container, violations));
        return violations;
    }

    private static void check(JsonNode container, List<String> violations) {
        JsonNode security = container.path("securityContext");
        require(!security.path("privileged").asBoolean(), "privileged", violations);
        require(!security.path("allowPrivilegeEscalation").asBoolean(true), "allowPrivilegeEscalation", violations);
        require(security.at("/capabilities/add").isEmpty(), "capabilities.add", violations);
        require(security.at("/capabilities/drop").toString().equals("[\"ALL\"]"), "capabilities.drop", violations);
        require(!security.has("procMount") && !security.has("seLinuxOptions"), "procMount, SELinux", violations);
        require(!security.has("appArmorProfile") && !security.has("windowsOptions"), "AppArmor, Windows", violations);
        require(security.path("runAsNonRoot").asBoolean(true), "runAsNonRoot", violations);
        require(security.path("runAsUser").asInt(1) != 0, "runAsUser", violations);
        require(
                !security.has("seccompProfile")
                        || SECCOMP.contains(security.at("/seccompProfile/type").asText()),
                "seccompProfile",
                violations);
        container.path("ports").forEach(port -> require(port.path("hostPort").asInt() == 0, "hostPort", violations));
        require(!container.has("lifecycle") && !container.has("livenessProbe"), "probes", violations);
    }

    private static void require(boolean holds, String control, List<String> violations) {
        if (!holds) {
            violations.add(control);
        }
    }
}
