import dev.distillery.kubernetes.ControlPlane;
import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.recipe.RecipeDocument;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** A real API server and etcd, without controllers, and a pool of threads that write there. */
final class Cluster implements AutoCloseable {
    static final int NAMESPACES = 10;
    private static final int WRITERS = 16;

    private final ControlPlane control;
    private final ExecutorService writers = Executors.newFixedThreadPool(WRITERS);

    interface Step {
        void at(int i) throws Exception;
    }

    Cluster(Path folder) {
        this.control = ControlPlane.startApiServer(KubernetesBinaries.find().orElseThrow(), folder);
    }

    KubernetesClient client() {
        return control.client();
    }

    Path kubeconfig() {
        return control.kubeconfig();
    }

    static String namespace(int i) {
        return "team-" + i % NAMESPACES;
    }

    /** With their service account, which no controller makes here. */
    void makeNamespaces() {
        for (int i = 0; i < NAMESPACES; i++) {
            client().resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(namespace(i))
                            .endMetadata()
                            .build())
                    .create();
            client().resource(new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withName("default")
                            .withNamespace(namespace(i))
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    /** @return the type of recipes, not created yet */
    CustomResourceDefinition recipeDefinition() throws IOException {
        try (InputStream yaml = RecipeDocument.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            return (CustomResourceDefinition) client().load(yaml).items().get(0);
        }
    }

    /** @param resource {@code trainingrecipes} or {@code trainingrecipes/status} */
    boolean serves(String resource) {
        String found = client().raw("/apis/distillery.dev/v1alpha1");
        return found != null && found.contains('"' + resource + '"');
    }

    /** @return false if the API server refuses it, as it does while it fills its cache after a change of the CRD */
    <T extends HasMetadata> boolean watch(
            Class<T> type, Map<String, String> labels, BiConsumer<Watcher.Action, T> seen) {
        try {
            client().resources(type).inAnyNamespace().withLabels(labels).watch(watcher(seen));
            return true;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    Future<?> submit(Step step, int i) {
        return writers.submit(() -> {
            step.at(i);
            return null;
        });
    }

    /** As fast as the writers can. */
    void all(int count, Step step) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(submit(step, i));
        }
        for (Future<?> one : all) {
            one.get();
        }
    }

    /** So many a second, or as many as the writers can. */
    void paced(int count, int perSecond, Step step) throws Exception {
        long start = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TimeUnit.NANOSECONDS.sleep(
                    Math.max(0, start + i * 1_000_000_000L / perSecond - System.nanoTime()));
            all.add(submit(step, i));
        }
        for (Future<?> one : all) {
            one.get();
        }
    }

    private static <T extends HasMetadata> Watcher<T> watcher(BiConsumer<Watcher.Action, T> seen) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, T resource) {
                seen.accept(action, resource);
            }

            @Override
            public void onClose(WatcherException cause) {
                System.err.println("a watch ended: " + cause);
            }

            @Override
            public boolean reconnecting() {
                return true;
            }
        };
    }

    @Override
    public void close() {
        writers.shutdownNow();
        control.close();
    }
}
