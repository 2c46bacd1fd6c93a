package dev.distillery.operator.queue;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Kueue's record of a Job in a queue, by the newer of the API's two versions; what is read here is the same in both. Only what is
 * needed is read, so that the rest takes no memory.
 */
@Group(Workload.GROUP)
@Version("v1beta2")
@Kind(Workload.KIND)
@Singular("workload")
@Plural(Workload.PLURAL)
@JsonIgnoreProperties(ignoreUnknown = true)
public class Workload extends CustomResource<Void, Workload.Status> implements Namespaced {
    static final String GROUP = "kueue.x-k8s.io";
    static final String KIND = "Workload";
    static final String PLURAL = "workloads";

    private static final String QUOTA_RESERVED = "QuotaReserved";

    /**
     * @param conditions null for a Workload that Kueue has not looked at
     * @param admissionChecks what the queue asks for beside quota; null for nothing
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Status(List<Condition> conditions, List<AdmissionCheck> admissionChecks) {}

    /** @param state Ready, Pending, Retry or Rejected */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record AdmissionCheck(String name, String state, String message) {}

    /** As Kueue before 0.15 has it. */
    @Group(Workload.GROUP)
    @Version("v1beta1")
    @Kind(Workload.KIND)
    @Singular("workload")
    @Plural(Workload.PLURAL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class V1beta1 extends Workload {}

    /** @return the newest that the API server has; empty if it has no Kueue */
    public static Optional<Class<? extends Workload>> served(KubernetesClient client) {
        return Stream.of(Workload.class, V1beta1.class)
                .filter(type -> served(client, HasMetadata.getApiVersion(type)))
                .findFirst();
    }

    private static boolean served(KubernetesClient client, String version) {
        var resources = client.getApiResources(version);
        return resources != null
                && resources.getResources().stream().anyMatch(resource -> PLURAL.equals(resource.getName()));
    }

    /** @return why the Job is not admitted yet, in Kueue's words: quota, then admission checks; empty if it does not say */
    public Optional<String> pending() {
        if (status == null || status.conditions() == null) {
            return Optional.empty();
        }
        return status.conditions().stream()
                .filter(c -> QUOTA_RESERVED.equals(c.getType()) && "False".equals(c.getStatus()))
                .map(Condition::getMessage)
                .findFirst()
                .or(this::check);
    }

    private Optional<String> check() {
        return status.admissionChecks() == null
                ? Optional.empty()
                : status.admissionChecks().stream()
                        .filter(check -> !"Ready".equals(check.state()))
                        .map(check -> "admission check " + check.name() + " is " + check.state()
                                + (check.message() == null || check.message().isEmpty() ? "" : ": " + check.message()))
                        .findFirst();
    }

    @Override
    protected Void initSpec() {
        return null;
    }

    /** Records have no empty form. */
    @Override
    protected Status initStatus() {
        return null;
    }
}
