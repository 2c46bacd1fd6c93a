import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Watcher;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Plays the Job controller and the kubelet: gives each Job a pod, and sets it running. */
final class Kubelet {
    private static final String RECIPE = "distillery.dev/recipe";

    private final Cluster cluster;
    private final Consumer<Pod> runs;
    private final Map<String, Long> jobs = new ConcurrentHashMap<>();
    private final Map<String, Long> pods = new ConcurrentHashMap<>();

    /** @param runs hears of each pod once it runs */
    Kubelet(Cluster cluster, Consumer<Pod> runs) {
        this.cluster = cluster;
        this.runs = runs;
    }

    void start() {
        cluster.watch(Job.class, Map.of(), this::job);
    }

    /** @return when each recipe's Job was seen first, in nanoseconds */
    Map<String, Long> jobs() {
        return jobs;
    }

    /** @return when each recipe's pod was set running, in nanoseconds */
    Map<String, Long> pods() {
        return pods;
    }

    /** @return the recipe that the pod works for */
    static String recipe(Pod pod) {
        return pod.getMetadata().getLabels().get(RECIPE);
    }

    /** @return the token that the pod's volume asks for, bound to the pod */
    String token(Pod pod) {
        ServiceAccountTokenProjection wanted = pod.getSpec().getVolumes().stream()
                .filter(volume -> volume.getProjected() != null)
                .flatMap(volume -> volume.getProjected().getSources().stream())
                .map(source -> source.getServiceAccountToken())
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        return cluster.client()
                .serviceAccounts()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getSpec().getServiceAccountName())
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(wanted.getAudience())
                        .withExpirationSeconds(wanted.getExpirationSeconds())
                        .withNewBoundObjectRef(
                                "v1",
                                "Pod",
                                pod.getMetadata().getName(),
                                pod.getMetadata().getUid())
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }

    private void job(Watcher.Action action, Job job) {
        long now = System.nanoTime();
        String recipe = job.getMetadata().getLabels().get(RECIPE);
        if (action == Watcher.Action.ADDED && jobs.putIfAbsent(recipe, now) == null) {
            cluster.submit(i -> runPod(recipe, job), 0);
        }
    }

    private void runPod(String recipe, Job job) {
        Pod pod = cluster.client().resource(pod(job)).create();
        pods.put(recipe, System.nanoTime());
        Pod running = cluster.client()
                .resource(new PodBuilder(pod)
                        .withNewStatus()
                        .withPhase("Running")
                        .endStatus()
                        .build())
                .updateStatus();
        runs.accept(running);
    }

    private static Pod pod(Job job) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(job.getMetadata().getName() + "-0")
                .withNamespace(job.getMetadata().getNamespace())
                .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                .addNewOwnerReference()
                .withApiVersion("batch/v1")
                .withKind("Job")
                .withName(job.getMetadata().getName())
                .withUid(job.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withSpec(job.getSpec().getTemplate().getSpec())
                .editSpec()
                .withNodeName("node")
                .endSpec()
                .build();
    }
}
