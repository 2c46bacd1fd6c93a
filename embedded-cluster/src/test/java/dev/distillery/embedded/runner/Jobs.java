package dev.distillery.embedded.runner;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes Jobs of one shell script in one namespace and waits for what becomes of them. */
record Jobs(KubernetesClient client, String namespace) {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    Job run(String name, String script) {
        return run(name, script, job -> job);
    }

    Job run(String name, String script, UnaryOperator<JobBuilder> change) {
        JobBuilder builder = new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(0)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("main")
                .withImage("shell")
                .withArgs(script)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec();
        return client.resource(change.apply(builder).build()).create();
    }

    ScalableResource<Job> job(String name) {
        return client.batch().v1().jobs().inNamespace(namespace).withName(name);
    }

    Job awaitCondition(String name, String type) {
        return await().atMost(PATIENCE)
                .until(
                        () -> job(name).get(),
                        job -> job.getStatus() != null
                                && job.getStatus().getConditions().stream()
                                        .anyMatch(
                                                condition -> condition.getType().equals(type)
                                                        && condition.getStatus().equals("True")));
    }

    List<Pod> pods(String name) {
        return client.pods()
                .inNamespace(namespace)
                .withLabel("job-name", name)
                .list()
                .getItems();
    }

    Pod awaitPod(String name, String phase) {
        return await()
                .atMost(PATIENCE)
                .until(() -> pods(name), pods -> pods.stream()
                        .anyMatch(pod -> pod.getStatus().getPhase().equals(phase)))
                .stream()
                .filter(pod -> pod.getStatus().getPhase().equals(phase))
                .findFirst()
                .orElseThrow();
    }

    String log(Pod pod) {
        return client.pods().resource(pod).getLog();
    }

    static JobCondition condition(Job job, String type) {
        return job.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }
}
