package dev.distillery.embedded.runner;

import dev.distillery.embedded.EmbeddedClusterOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Watches Jobs, pods, volume claims and namespaces and plays them: all of it in the embedded cluster, or as a node of a real
 * one, whose own controllers and scheduler then do the rest. Everything is decided on one thread, from what the API server
 * says at that moment, so that no decision is made from an old copy.
 */
public final class Runner implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Runner.class.getName());

    private final KubernetesClient client;
    private final ReconcileLoop loop;
    private final Kubelet kubelet;
    private final Processes processes;
    private final Thread shutdownHook;
    private final List<SharedIndexInformer<?>> informers;

    private Runner(KubernetesClient client, EmbeddedClusterOptions options, PodDirectories directories, boolean alone) {
        Clock clock = Clock.systemUTC();
        this.client = client;
        this.loop = new ReconcileLoop();
        this.processes = new Processes(options.shutdownGrace());
        EventRecorder events = new EventRecorder(client, clock);
        this.kubelet = new Kubelet(
                client, loop, processes, new ContainerSetup(client, directories, options.images()), events, clock);
        this.informers = new ArrayList<>();
        if (alone) {
            EmbeddedNode.register(client, EmbeddedNode.thisMachine(options.gpus()), clock);
            informers.add(client.namespaces().inform(this.<Namespace>handler(new DefaultAccounts(client)::reconcile)));
            playControllers(options, directories, events, clock);
        } else {
            EmbeddedNode.register(client, EmbeddedNode.roomy(options.gpus()), clock);
            VolumeProvisioner provisioner = new VolumeProvisioner(client, directories);
            informers.add(client.persistentVolumeClaims()
                    .inAnyNamespace()
                    .inform(this.<PersistentVolumeClaim>handler(provisioner::reconcile)));
        }
        informers.add(
                client.pods().inAnyNamespace().inform(this.<Pod>handler(pod -> kubelet.reconcile(PodId.of(pod)))));
        this.shutdownHook = new Thread(processes::close, "runner-shutdown");
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    private void playControllers(
            EmbeddedClusterOptions options, PodDirectories directories, EventRecorder events, Clock clock) {
        JobController jobs = new JobController(client, loop, events, options.retryDelay(), clock);
        Scheduler scheduler = new Scheduler(client, new GpuCapacity(options.gpus()), events, clock);
        ClaimBinder claims = new ClaimBinder(client, directories);
        informers.add(client.namespaces().inform(this.<Namespace>handler(new DefaultAccounts(client)::reconcile)));
        informers.add(client.batch()
                .v1()
                .jobs()
                .inAnyNamespace()
                .inform(this.<Job>handler(job -> jobs.reconcile(
                        job.getMetadata().getNamespace(), job.getMetadata().getName()))));
        informers.add(client.pods().inAnyNamespace().inform(this.<Pod>handler(pod -> {
            scheduler.reconcile(PodId.of(pod));
            jobs.podChanged(pod);
        })));
        informers.add(client.persistentVolumeClaims()
                .inAnyNamespace()
                .inform(this.<PersistentVolumeClaim>handler(claims::reconcile)));
    }

    /**
     * Plays everything that a cluster has beside its API server.
     *
     * @param client closed with the runner
     * @return once the informers are filled
     */
    public static Runner start(KubernetesClient client, EmbeddedClusterOptions options, PodDirectories directories) {
        return new Runner(client, options, directories, true);
    }

    /**
     * Plays a node alone: kubelet and provisioner of volumes. The cluster's own scheduler and controllers do the rest.
     *
     * @param client closed with the runner
     * @return once the informers are filled
     */
    public static Runner startNode(KubernetesClient client, EmbeddedClusterOptions options) {
        return new Runner(client, options, new PodDirectories(options.stateDirectory()), false);
    }

    /** Ends every process: SIGTERM, and SIGKILL after the shutdown grace. Objects are left as they are. */
    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::stop);
        loop.close();
        processes.close();
        client.close();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "the JVM is shutting down and runs the hook itself", e);
        }
    }

    private <T extends HasMetadata> ResourceEventHandler<T> handler(Consumer<T> reconcile) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                loop.submit(() -> reconcile.accept(object));
            }

            @Override
            public void onUpdate(T before, T object) {
                loop.submit(() -> reconcile.accept(object));
            }

            @Override
            public void onDelete(T object, boolean finalStateUnknown) {
                loop.submit(() -> reconcile.accept(object));
            }
        };
    }
}
