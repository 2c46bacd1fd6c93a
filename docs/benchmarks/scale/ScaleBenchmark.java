import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Result;
import dev.distillery.report.Stage;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Watcher;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The operator against a real API server with many recipes; run.sh starts it. This program plays users, the Job controller
 * and the kubelet: it creates recipes, gives each Job a pod, and sets it running.
 */
public final class ScaleBenchmark implements AutoCloseable {
    private static final int CANARIES = 100;

    private final Cluster cluster;
    private final PackagedOperator operator;
    private final Kubelet kubelet;
    private final Figures figures = new Figures();
    private final Map<String, Long> created = new ConcurrentHashMap<>();
    private final Map<String, Long> statuses = new ConcurrentHashMap<>();

    private ScaleBenchmark(Path folder) throws Exception {
        this.cluster = new Cluster(folder.resolve("control-plane"));
        this.operator = new PackagedOperator(cluster.kubeconfig(), folder);
        this.kubelet = new Kubelet(cluster, pod -> {});
    }

    public static void main(String[] arguments) throws Exception {
        int live = Integer.parseInt(arguments[0]);
        int finished = Integer.parseInt(arguments[1]);
        boolean passed = false;
        try (ScaleBenchmark benchmark = new ScaleBenchmark(Path.of(arguments[2]))) {
            passed = benchmark.run(live, finished);
            System.out.println(benchmark.figures);
        }
        System.exit(passed ? 0 : 1);
    }

    private boolean run(int live, int finished) {
        try {
            measure(live, finished);
            return true;
        } catch (Exception e) {
            figures.put(
                    "failed",
                    "%s; %d recipes, %d Jobs, %d statuses"
                            .formatted(e, created.size(), kubelet.jobs().size(), statuses.size()));
            return false;
        }
    }

    private void measure(int live, int finished) throws Exception {
        figures.put("live", live);
        figures.put("finished", finished);
        long start = System.nanoTime();
        seed(finished);
        figures.put("seedSeconds", Figures.seconds(start));
        Figures.say("seeded");
        kubelet.start();
        operator.until(
                "recipes can be watched",
                () -> cluster.watch(TrainingRecipe.class, Map.of(Recipes.KIND, "live"), this::status));
        coldStart("coldStartFinishedOnlySeconds");
        Figures.say("operator works");
        int slow = Math.min(live / 3, 1200);
        Map<String, Double> before = operator.requests();
        create("slow", slow, 20, "at20PerSecond");
        calls(before, slow);
        Figures.say("20 a second done");
        create("fast", live - slow - 2 * CANARIES, 40, "at40PerSecond");
        Figures.say("40 a second done");
        idle();
        memory("after");
        Figures.say("idle done");
        operator.kill();
        coldStart("coldStartSeconds");
        TimeUnit.SECONDS.sleep(10);
        memory("afterRestart");
        figures.put("operatorErrors", operator.errors());
    }

    /** Finished recipes are created before the CRD has a status of its own: one write each instead of two. */
    private void seed(int finished) throws Exception {
        cluster.makeNamespaces();
        CustomResourceDefinition definition = cluster.recipeDefinition();
        var subresources = definition.getSpec().getVersions().get(0).getSubresources();
        definition.getSpec().getVersions().get(0).setSubresources(null);
        cluster.client().resource(definition).create();
        operator.until("the type is served", () -> cluster.serves("trainingrecipes"));
        cluster.all(finished, i -> {
            TrainingRecipe recipe = Recipes.recipe("finished-" + i, i, "finished");
            recipe.setStatus(finishedStatus(i));
            cluster.client().resource(recipe).create();
        });
        cluster.client()
                .resources(CustomResourceDefinition.class)
                .withName(definition.getMetadata().getName())
                .edit(current -> {
                    current.getSpec().getVersions().get(0).setSubresources(subresources);
                    return current;
                });
        operator.until("the status is served", () -> cluster.serves("trainingrecipes/status"));
    }

    /** As a run of 30 epochs leaves it. */
    private static TrainingRecipeStatus finishedStatus(int i) {
        String then = Instant.now()
                .minus(30, ChronoUnit.DAYS)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        String digest = "%064x".formatted(i);
        List<Condition> conditions = new ArrayList<>();
        for (String type :
                List.of("Accepted", "Queued", "Scheduled", "StudentTrained", "GatePassed", "Published", "Ready")) {
            conditions.add(new Condition(type, "True", "Ready", "top-1 91.2 %, published version 1", then, 1L));
        }
        conditions.add(new Condition("Failed", "False", "Ready", "top-1 91.2 %, published version 1", then, 1L));
        List<CurvePoint> curve = new ArrayList<>();
        for (int epoch = 1; epoch <= Recipes.EPOCHS; epoch++) {
            curve.add(new CurvePoint(Stage.STUDENT, epoch, 2.0 / epoch + i * 1e-6, 0.9 - 0.5 / epoch, 0.2 / epoch));
        }
        return new TrainingRecipeStatus(
                1L,
                Phase.READY,
                "top-1 91.2 %, published version 1",
                "91.2%",
                conditions,
                new TrainingRecipeStatus.Progress(
                        "Student", 30, 30, 4710, 4710, 100, "Student 30/30 100%", 0.31, 0.912, 5210.5, 0, "pod-" + i),
                new TrainingRecipeStatus.Attempts(0, 1, null, null, 4710L, then, null, null),
                curve,
                new Result(0.912, null, 3.1e-6, 1.0, 77850, null, 312345, 0.41, 912.3, null),
                List.of(new Artifact("pvc://models/vision/finished-" + i + "/1", 1, digest, null)),
                null,
                digest,
                digest);
    }

    private void coldStart(String name) throws Exception {
        cluster.all(CANARIES, i -> live(name.toLowerCase(Locale.ROOT) + "-" + i, i));
        long start = System.nanoTime();
        operator.start();
        operator.until("ready", operator::isReady);
        figures.put(name.replace("Seconds", "ReadySeconds"), Figures.seconds(start));
        operator.until(
                "every canary has its Job", () -> kubelet.jobs().size() == created.size());
        figures.put(name, Figures.seconds(start));
        operator.until("every pod's recipe says so", () -> statuses.size() == created.size());
    }

    private void live(String name, int i) {
        TrainingRecipe recipe = Recipes.recipe(name, i, "live");
        created.put(name, System.nanoTime());
        cluster.client().resource(recipe).create();
    }

    private void create(String name, int count, int perSecond, String figure) throws Exception {
        long start = System.nanoTime();
        Map<String, Duration> cpuBefore = operator.cpu();
        cluster.paced(count, perSecond, i -> live(name + "-" + i, i));
        double offered = Figures.seconds(start);
        operator.until("Jobs", () -> kubelet.jobs().size() == created.size());
        double done = Figures.seconds(start);
        operator.until("statuses", () -> statuses.size() == created.size());
        Map<String, Double> cpuMillis = new TreeMap<>();
        operator.cpu()
                .forEach((process, time) -> cpuMillis.put(
                        process,
                        (double) time.minus(cpuBefore.getOrDefault(process, Duration.ZERO))
                                        .toMillis()
                                / count));
        figures.put(
                figure,
                Map.of(
                        "cpuMillisPerRecipe", cpuMillis,
                        "recipes", count,
                        "offeredSeconds", offered,
                        "allJobsSeconds", done,
                        "jobsPerSecond", count / done,
                        "createToJobMillis", millis(name, created, kubelet.jobs()),
                        "podToStatusMillis", millis(name, kubelet.pods(), statuses)));
    }

    private static Map<String, Double> millis(String name, Map<String, Long> from, Map<String, Long> to) {
        return Figures.percentiles(from.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(name + "-"))
                .mapToDouble(entry -> (to.get(entry.getKey()) - entry.getValue()) / 1e6));
    }

    private void status(Watcher.Action action, TrainingRecipe recipe) {
        if (recipe.getStatus() != null && recipe.getStatus().phase() == Phase.TRAINING_STUDENT) {
            statuses.putIfAbsent(recipe.getMetadata().getName(), System.nanoTime());
        }
    }

    /** The operator's requests for each recipe of the phase before. */
    private void calls(Map<String, Double> before, int recipes) {
        Map<String, Double> each = Figures.since(before, operator.requests());
        each.replaceAll((key, count) -> count / recipes);
        each.values().removeIf(count -> count < 0.005);
        figures.put("requestsPerRecipe", each);
    }

    private void idle() throws Exception {
        TimeUnit.SECONDS.sleep(10);
        Map<String, Double> before = operator.requests();
        TimeUnit.SECONDS.sleep(60);
        Map<String, Double> minute = Figures.since(before, operator.requests());
        minute.values().removeIf(count -> count == 0);
        figures.put("requestsInAnIdleMinute", minute);
    }

    private void memory(String when) throws Exception {
        figures.put("peakRssMiB-" + when, operator.memoryMiB("VmHWM"));
        figures.put("rssMiB-" + when, operator.memoryMiB("VmRSS"));
        figures.put("heapAfterGcMiB-" + when, operator.heapAfterGcMiB(when));
    }

    @Override
    public void close() {
        operator.close();
        cluster.close();
    }
}
