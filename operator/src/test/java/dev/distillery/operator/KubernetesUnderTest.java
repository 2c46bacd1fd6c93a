package dev.distillery.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;

/** A Kubernetes with the CRD installed, in which pods of the image {@link #TRAINER_IMAGE} run {@link FakeTrainer}. */
interface KubernetesUnderTest extends AutoCloseable {
    String TRAINER_IMAGE = "distillery/fake-trainer:1";

    KubernetesClient client();

    Path kubeconfig();

    /** @return where the data of a claim lie */
    Path claim(String namespace, String name);

    @Override
    void close();
}
