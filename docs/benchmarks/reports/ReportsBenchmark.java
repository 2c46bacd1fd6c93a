import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The operator against a real API server while many trainers report; run.sh starts it. This program plays users, the Job
 * controller, the kubelet and the trainers.
 */
public final class ReportsBenchmark implements AutoCloseable {
    /** As two busy cores can carry; each pod that begins costs a review of its token, of which there are 8 a second. */
    private static final int RECIPES_A_SECOND = 5;
    private static final int WINDOW_SECONDS = 10;
    /** Longer than any status waits for its turn. */
    private static final int SETTLE_SECONDS = 40;

    private static final Duration PATIENCE = Duration.ofMinutes(8);

    private final Cluster cluster;
    private final PackagedOperator operator;
    private final Kubelet kubelet;
    private final Figures figures = new Figures();
    private final Answers answers = new Answers();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final long start = System.nanoTime();
    private final Map<String, Trainer> trainers = new ConcurrentHashMap<>();
    /** The step that each recipe's status says, which is when it was reported. */
    private final Map<String, Long> shown = new ConcurrentHashMap<>();
    /** How old each report was, in milliseconds, when it came to be in a status. */
    private final Queue<Long> delays = new ConcurrentLinkedQueue<>();

    private ReportsBenchmark(Path folder) throws IOException {
        this.cluster = new Cluster(folder.resolve("control-plane"));
        this.operator = new PackagedOperator(cluster.kubeconfig(), folder);
        this.kubelet = new Kubelet(cluster, this::train);
    }

    public static void main(String[] arguments) throws Exception {
        boolean passed = false;
        try (ReportsBenchmark benchmark = new ReportsBenchmark(Path.of(arguments[2]))) {
            passed = benchmark.run(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
            System.out.println(benchmark.figures);
        }
        System.exit(passed ? 0 : 1);
    }

    private boolean run(int recipes, int seconds) {
        try {
            figures.put("recipes", recipes);
            figures.put("loadBefore", Load.averages());
            figures.put("reportBytes", Trainer.report("pod", millis()).length);
            start(recipes);
            figures.put("steady", steady(seconds));
            restart();
            figures.put("operatorErrors", operator.errors());
            figures.put("loadAfter", Load.averages());
            return true;
        } catch (Exception e) {
            figures.put("failed", e + "; %d trainers, %d statuses".formatted(trainers.size(), shown.size()));
            return false;
        }
    }

    private void start(int recipes) throws Exception {
        cluster.makeNamespaces();
        cluster.client().resource(cluster.recipeDefinition()).create();
        operator.until("the status is served", () -> cluster.serves("trainingrecipes/status"));
        kubelet.start();
        operator.until("recipes can be watched", () -> cluster.watch(TrainingRecipe.class, Map.of(), this::status));
        operator.start();
        operator.until("ready", operator::isReady);
        long from = System.nanoTime();
        cluster.paced(
                recipes,
                RECIPES_A_SECOND,
                i -> cluster.client().resource(Recipes.recipe("recipe-" + i, i, "live")).create());
        figures.put("createdSeconds", Figures.seconds(from));
        operator.until("every pod runs", () -> trainers.size() == recipes);
        figures.put("allRunSeconds", Figures.seconds(from));
        operator.until("every trainer is heard", PATIENCE, () -> heardSince(0) == 1);
        figures.put("allHeardSeconds", Figures.seconds(from));
        figures.put("answersUntilAllHeard", answers.counts());
        Figures.say("every trainer is heard");
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    }

    private Map<String, Object> steady(int seconds) throws Exception {
        Queue<Long> ages = new ConcurrentLinkedQueue<>();
        answers.clear();
        delays.clear();
        Map<String, Double> apiServerBefore = apiServerWrites();
        Load load = new Load(operator);
        Map<String, Double> before = operator.requests();
        Map<String, Double> last = before;
        long from = System.nanoTime();
        double greatest = 0;
        for (int second = 1; second <= seconds; second++) {
            TimeUnit.NANOSECONDS.sleep(from + second * 1_000_000_000L - System.nanoTime());
            shown.values().forEach(step -> ages.add(millis() - step));
            if (second % WINDOW_SECONDS == 0) {
                Map<String, Double> now = operator.requests();
                greatest = Math.max(greatest, writes(Figures.since(last, now)) / WINDOW_SECONDS);
                last = now;
            }
        }
        double took = Figures.seconds(from);
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("seconds", took);
        found.put("sent", answers.sent());
        found.put("answers", answers.counts());
        found.put("latencyMillis", answers.millis());
        Map<String, Double> requests = Figures.since(before, operator.requests());
        found.put("operatorWritesPerSecond", writes(requests) / took);
        found.put("operatorWritesPerSecondGreatest", greatest);
        found.put("operatorRequestsPerSecond", each(requests, took));
        found.put("cores", load.cores());
        found.put("operatorCpuMillisPerReport", load.cores().get("operator") * 1000 * took / answers.sent());
        found.put("apiServerWritesPerSecond", each(Figures.since(apiServerBefore, apiServerWrites()), took));
        found.put("peakRssMiB", operator.memoryMiB("VmHWM"));
        found.put("ageSeconds", Figures.percentiles(ages.stream().mapToDouble(age -> age / 1e3)));
        found.put("reportToStatusSeconds", Figures.percentiles(delays.stream().mapToDouble(delay -> delay / 1e3)));
        Figures.say("steady state is measured");
        return found;
    }

    /** An operator that begins knows no token: all have to be reviewed again. */
    private void restart() throws Exception {
        Map<String, Object> found = new LinkedHashMap<>();
        figures.put("restart", found);
        operator.kill();
        answers.clear();
        long from = System.nanoTime();
        long since = millis();
        operator.start();
        operator.until("ready again", operator::isReady);
        found.put("readySeconds", Figures.seconds(from));
        operator.until("half of the trainers are heard again", PATIENCE, () -> heardSince(since) >= 0.5);
        found.put("halfHeardSeconds", Figures.seconds(from));
        operator.until("every trainer is heard again", PATIENCE, () -> heardSince(since) == 1);
        found.put("allHeardSeconds", Figures.seconds(from));
        operator.until("every status moves again", PATIENCE, () -> shown.values().stream()
                .allMatch(step -> step > since));
        found.put("allMovedSeconds", Figures.seconds(from));
        found.put("answers", answers.counts());
        found.put("peakRssMiB", operator.memoryMiB("VmHWM"));
    }

    private void train(Pod pod) {
        try {
            Trainer trainer = new Trainer(pod, kubelet.token(pod), timer, this::millis, answers);
            trainers.put(Kubelet.recipe(pod), trainer);
            trainer.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void status(Watcher.Action action, TrainingRecipe recipe) {
        if (recipe.getStatus() != null
                && recipe.getStatus().progress() != null
                && recipe.getStatus().progress().step() > 0) {
            long step = recipe.getStatus().progress().step();
            Long before = shown.put(recipe.getMetadata().getName(), step);
            if (before == null || before != step) {
                delays.add(millis() - step);
            }
        }
    }

    /** @return of how many trainers a report was taken that is newer, as a share */
    private double heardSince(long since) {
        return (double) trainers.values().stream()
                        .filter(trainer -> trainer.taken() > since)
                        .count()
                / trainers.size();
    }

    private long millis() {
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** Leases apart; a review of a token counts as a write. */
    private static double writes(Map<String, Double> requests) {
        return requests.entrySet().stream()
                .filter(entry -> !entry.getKey().startsWith("GET ")
                        && !entry.getKey().endsWith(" leases"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** What the API server counted, whoever asked, by method and resource. */
    private Map<String, Double> apiServerWrites() {
        Map<String, Double> counts = new TreeMap<>();
        for (String line : cluster.client().raw("/metrics").split("\n")) {
            if (line.startsWith("apiserver_request_total{")
                    && PackagedOperator.label(line, "verb").matches("POST|PUT|PATCH|APPLY|DELETE")) {
                String subresource = PackagedOperator.label(line, "subresource");
                counts.merge(
                        PackagedOperator.label(line, "verb") + " " + PackagedOperator.label(line, "resource")
                                + (subresource.isEmpty() ? "" : "/" + subresource),
                        Double.parseDouble(line.substring(line.lastIndexOf(' '))),
                        Double::sum);
            }
        }
        return counts;
    }

    private static Map<String, Double> each(Map<String, Double> counts, double seconds) {
        Map<String, Double> rates = new TreeMap<>();
        counts.forEach((key, count) -> rates.put(key, Math.round(count / seconds * 1000) / 1000.0));
        rates.values().removeIf(rate -> rate == 0);
        return rates;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        operator.close();
        cluster.close();
    }
}
