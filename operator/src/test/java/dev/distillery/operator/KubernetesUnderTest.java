package dev.distillery.operator;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.operator.faults.FaultyTrainer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Kubernetes with the CRD installed, in which pods of the image {@link #TRAINER_IMAGE} run {@link FakeTrainer}. */
public interface KubernetesUnderTest extends AutoCloseable {
    String TRAINER_IMAGE = "distillery/fake-trainer:1";

    /** Says {@value #REAL} where the tests are to run on a real API server. */
    String WHICH = "distillery.kubernetes";

    String REAL = "real";

    /**
     * The one that the build asks for.
     *
     * @throws org.opentest4j.TestAbortedException if that is a real one and it was never built
     */
    static KubernetesUnderTest start(Path state) throws IOException {
        if (!REAL.equals(System.getProperty(WHICH))) {
            return new EmbeddedKubernetes(state);
        }
        Optional<KubernetesBinaries> binaries = KubernetesBinaries.find();
        if (binaries.isEmpty()) {
            System.out.println(KubernetesBinaries.HOW);
        }
        assumeTrue(binaries.isPresent(), KubernetesBinaries.HOW);
        return new RealKubernetes(binaries.get(), state);
    }

    /** The image in which pods run {@link FaultyTrainer}. */
    String FAULTY_TRAINER_IMAGE = "distillery/faulty-trainer:1";

    /** @return what stands for the images */
    static Map<String, List<String>> images() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        return Stream.of(
                        Map.entry(TRAINER_IMAGE, FakeTrainer.class),
                        Map.entry(FAULTY_TRAINER_IMAGE, FaultyTrainer.class))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        image -> List.of(
                                java,
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                classPath,
                                image.getValue().getName())));
    }

    KubernetesClient client();

    /** @return KServe's InferenceService, as a custom resource definition */
    InputStream kserve() throws IOException;

    Path kubeconfig();

    /**
     * Creates custom resource definitions and waits until their types are served: an operator that starts earlier may
     * find their lists refused.
     *
     * @param yaml the definitions, and nothing else
     */
    default void define(InputStream yaml) {
        for (HasMetadata definition : client().load(yaml).create()) {
            client().resource((CustomResourceDefinition) definition)
                    .waitUntilCondition(KubernetesUnderTest::established, 30, TimeUnit.SECONDS);
        }
    }

    private static boolean established(CustomResourceDefinition definition) {
        return definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established")
                                && c.getStatus().equals("True"));
    }

    /** @return where the data of a claim lie */
    Path claim(String namespace, String name);

    @Override
    void close();
}
