package dev.distillery.operator.faults;

import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.operator.KubernetesUnderTest;
import dev.distillery.operator.RealKubernetes;
import dev.distillery.operator.faults.FaultPlan.Answer;
import dev.distillery.operator.faults.FaultPlan.Injection;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;

/** A real control plane and two operators, each behind a {@link FaultProxy}. */
final class FaultCampaign implements AutoCloseable, FaultProxy.Faults {
    private static final System.Logger LOG = System.getLogger(FaultCampaign.class.getName());
    private static final Pattern REQUEST =
            Pattern.compile(".*/namespaces/([^/]+)/([^/]+)(?:/[^/]+)?(?:/(status))?(?:\\?.*)?");
    private static final int PER_THOUSAND = 1000;

    private final KubernetesUnderTest kubernetes;
    private final RandomGenerator random;
    private final Map<String, FaultRun> runs = new ConcurrentHashMap<>();
    private final Map<String, Integer> tally = new TreeMap<>();
    private final Set<String> violations = new LinkedHashSet<>();
    private final AtomicInteger writes = new AtomicInteger();
    private final ScheduledExecutorService work = Executors.newScheduledThreadPool(32);
    private final Replicas replicas;
    private final Deeds deeds;
    private volatile boolean calm = true;

    FaultCampaign(KubernetesBinaries binaries, Path folder, long seed) throws Exception {
        this.random = FaultPlan.random(seed);
        this.kubernetes = new RealKubernetes(binaries, folder);
        watch();
        this.replicas = new Replicas(
                URI.create(kubernetes.client().getMasterUrl().toString()),
                Files.readString(kubernetes.kubeconfig()),
                folder,
                this,
                work,
                () -> count("operator started again"));
        this.deeds = new Deeds(client(), replicas);
    }

    KubernetesClient client() {
        return kubernetes.client();
    }

    Path workspace(long seed) {
        return kubernetes.claim(FaultPlan.namespace(seed), "distillery-workspace");
    }

    FaultRun begin(FaultPlan plan) {
        FaultRun run = new FaultRun(plan, this::inject);
        runs.put(FaultPlan.namespace(plan.seed()), run);
        return run;
    }

    /** @param now whether nothing goes wrong from here on */
    void calm(boolean now) {
        calm = now;
        if (now) {
            replicas.moveClocks(0);
        }
    }

    /** @return how many writes of the operator there were, leases and events apart */
    int writes() {
        return writes.get();
    }

    /** @return whether both operators are there and one leads */
    boolean ready() {
        return replicas.settled();
    }

    /** @return whether one led */
    boolean killLeader() {
        return replicas.killLeader();
    }

    List<String> errors() throws Exception {
        return replicas.errors();
    }

    /** @return what was found wrong of the operators, whatever they worked at */
    List<String> violations() {
        synchronized (violations) {
            return List.copyOf(violations);
        }
    }

    private void violated(String what) {
        synchronized (violations) {
            violations.add(what);
        }
    }

    Map<String, Integer> tally() {
        synchronized (tally) {
            return new TreeMap<>(tally);
        }
    }

    private void count(Object what) {
        synchronized (tally) {
            tally.merge(what.toString(), 1, Integer::sum);
        }
    }

    private void watch() {
        client().configMaps()
                .inAnyNamespace()
                .withLabel(StagePlan.MANAGED_BY, StagePlan.MANAGER)
                .inform(Seen.of(map -> in(map, run -> run.mapCreated(map)), map -> {}));
        client().batch()
                .v1()
                .jobs()
                .inAnyNamespace()
                .withLabel(StagePlan.STAGE)
                .inform(Seen.of(job -> in(job, run -> run.job(job)), job -> {}));
        client().pods()
                .inAnyNamespace()
                .withLabel(StagePlan.STAGE)
                .inform(Seen.of(pod -> in(pod, run -> run.pod(pod)), pod -> in(pod, run -> run.podGone(pod))));
        client().resources(TrainingRecipe.class)
                .inAnyNamespace()
                .inform(Seen.of(recipe -> in(recipe, run -> run.recipe(recipe)), recipe -> {}));
    }

    private void in(HasMetadata resource, java.util.function.Consumer<FaultRun> what) {
        FaultRun run = runs.get(resource.getMetadata().getNamespace());
        if (run != null) {
            what.accept(run);
        }
    }

    private void inject(Injection injection, HasMetadata resource) {
        if (calm) {
            return;
        }
        var unused = work.schedule(
                () -> {
                    try {
                        if (deeds.done(injection.deed(), resource)) {
                            count(injection.deed());
                            count("edge " + injection.edge());
                        }
                    } catch (ConditionTimeoutException e) {
                        violated(injection + ": " + e.getMessage());
                    } catch (RuntimeException e) {
                        LOG.log(System.Logger.Level.WARNING, injection + " was not done", e);
                    }
                },
                injection.after(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public Answer answer(FaultProxy from, String method, String path) {
        Matcher matcher = REQUEST.matcher(path);
        if (!matcher.matches()) {
            // Lists and whatever the operator asks for at its start.
            if (calm || draw() >= 10) {
                return null;
            }
            Answer wrong = draw() % 2 == 0 ? Answer.UNAVAILABLE_503 : Answer.DROPPED_BEFORE;
            count("start " + wrong);
            return wrong;
        }
        String resource = matcher.group(3) == null ? matcher.group(2) : matcher.group(3);
        if (!method.equals("GET") && !Set.of("leases", "events").contains(resource)) {
            writes.incrementAndGet();
            if (!from.tookLease() && runs.containsKey(matcher.group(1))) {
                violated("a replica that never led sends " + method + " " + resource);
            }
        }
        FaultRun run = runs.get(matcher.group(1));
        Answer wrong = calm || run == null ? null : run.answer(method + " " + resource);
        if (wrong != null) {
            count(wrong);
        }
        return wrong;
    }

    @Override
    public int cut() {
        int drawn = calm ? PER_THOUSAND : draw();
        if (drawn >= 8) {
            return 0;
        }
        count(drawn < 3 ? "watch gone 410" : "watch cut");
        return drawn < 3 ? 2 : 1;
    }

    @Override
    public int stale() {
        int drawn = calm ? PER_THOUSAND : draw();
        if (drawn >= 20) {
            return 0;
        }
        count("watch stale");
        return 100 * (1 + drawn);
    }

    private synchronized int draw() {
        return random.nextInt(PER_THOUSAND);
    }

    @Override
    public void close() {
        work.shutdownNow();
        replicas.close();
        kubernetes.close();
    }
}
