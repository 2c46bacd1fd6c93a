import dev.distillery.kubernetes.ControlPlane;
import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Result;
import dev.distillery.report.Stage;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The operator against a real API server with many recipes; run.sh starts it. This program plays users, the Job controller
 * and the kubelet: it creates recipes, gives each Job a pod, and sets it running.
 */
public final class ScaleBenchmark {
    private static final int NAMESPACES = 10;
    private static final int WRITERS = 16;
    private static final int CANARIES = 100;
    private static final String YAML =
            """
            apiVersion: distillery.dev/v1alpha1
            kind: TrainingRecipe
            metadata: {name: scale}
            spec:
              dataset:
                train: {images: {uri: "pvc://data/ti"}, labels: {uri: "pvc://data/tl"}}
                validation: {images: {uri: "pvc://data/vi"}, labels: {uri: "pvc://data/vl"}}
              student: {model: {family: resnet-cifar, depth: 8}, epochs: 30}
              tricks: {distillation: {enabled: false}}
              compute: {cpus: 1, memory: 1Gi}
              publish: {destinations: [{uri: "pvc://models/vision"}]}
            """;

    private static final TrainingRecipeSpec SPEC = RecipeDocument.parse(YAML).spec();

    private final Path folder;
    private final ControlPlane control;
    private final KubernetesClient client;
    private final ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    private final Map<String, Long> created = new ConcurrentHashMap<>();
    private final Map<String, Long> jobs = new ConcurrentHashMap<>();
    private final Map<String, Long> podRuns = new ConcurrentHashMap<>();
    private final Map<String, Long> statuses = new ConcurrentHashMap<>();
    private final Map<String, Object> result = new LinkedHashMap<>();
    private Process operator;
    private int port;

    private ScaleBenchmark(Path folder) {
        this.folder = folder;
        this.control = ControlPlane.startApiServer(KubernetesBinaries.find().orElseThrow(), folder.resolve("control-plane"));
        this.client = control.client();
    }

    public static void main(String[] arguments) throws Exception {
        int live = Integer.parseInt(arguments[0]);
        int finished = Integer.parseInt(arguments[1]);
        ScaleBenchmark benchmark = new ScaleBenchmark(Path.of(arguments[2]));
        try {
            benchmark.run(live, finished);
        } catch (Exception e) {
            benchmark.result.put("failed", e.toString());
        } finally {
            benchmark.writers.shutdownNow();
            System.out.println(Serialization.asJson(benchmark.result));
            if (benchmark.operator != null) {
                benchmark.operator.destroyForcibly().onExit().join();
            }
            benchmark.control.close();
        }
        System.exit(benchmark.result.containsKey("failed") ? 1 : 0);
    }

    private void run(int live, int finished) throws Exception {
        result.put("live", live);
        result.put("finished", finished);
        long start = System.nanoTime();
        seed(finished);
        result.put("seedSeconds", seconds(start));
        say("seeded");
        client.resources(Job.class).inAnyNamespace().watch(on(this::job));
        until("recipes can be watched", this::watchRecipes);
        coldStart("coldStartFinishedOnlySeconds");
        say("operator works");
        int slow = Math.min(live / 3, 1200);
        Map<String, Double> before = requests();
        create("slow", slow, 20, "at20PerSecond");
        calls(before, slow);
        say("20 a second done");
        create("fast", live - slow - 2 * CANARIES, 40, "at40PerSecond");
        say("40 a second done");
        idle();
        memory("after");
        say("idle done");
        operator.destroyForcibly().onExit().join();
        coldStart("coldStartSeconds");
        TimeUnit.SECONDS.sleep(10);
        memory("afterRestart");
        result.put("operatorErrors", Files.readAllLines(folder.resolve("operator.log")).stream()
                .filter(line -> line.contains("\"ERROR\"") || line.contains("OutOfMemory"))
                .count());
    }

    /** An API server that fills its cache, as after a change of the CRD, refuses watches meanwhile. */
    private boolean watchRecipes() {
        try {
            client.resources(TrainingRecipe.class)
                    .inAnyNamespace()
                    .withLabel("scale", "live")
                    .watch(on(this::status));
            return true;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    private static void say(String what) {
        System.err.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + what);
    }

    /** Finished recipes are created before the CRD has a status of its own: one write each instead of two. */
    private void seed(int finished) throws Exception {
        for (int i = 0; i < NAMESPACES; i++) {
            client.resource(new NamespaceBuilder().withNewMetadata().withName("team-" + i).endMetadata().build())
                    .create();
            client.resource(new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withName("default")
                            .withNamespace("team-" + i)
                            .endMetadata()
                            .build())
                    .create();
        }
        CustomResourceDefinition definition;
        try (InputStream yaml = RecipeDocument.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            definition = (CustomResourceDefinition) client.load(yaml).items().get(0);
        }
        var subresources = definition.getSpec().getVersions().get(0).getSubresources();
        definition.getSpec().getVersions().get(0).setSubresources(null);
        client.resource(definition).create();
        until("the type is served", () -> discovery().contains("\"trainingrecipes\""));
        all(finished, i -> {
            TrainingRecipe recipe = recipe("finished-" + i, i, "finished");
            recipe.setStatus(finishedStatus(i));
            client.resource(recipe).create();
        });
        client.resources(CustomResourceDefinition.class)
                .withName(definition.getMetadata().getName())
                .edit(current -> {
                    current.getSpec().getVersions().get(0).setSubresources(subresources);
                    return current;
                });
        until("the status is served", () -> discovery().contains("\"trainingrecipes/status\""));
    }

    private String discovery() {
        String found = client.raw("/apis/distillery.dev/v1alpha1");
        return found == null ? "" : found;
    }

    private static TrainingRecipe recipe(String name, int i, String kind) {
        TrainingRecipe recipe = new TrainingRecipe();
        recipe.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace("team-" + i % NAMESPACES)
                .addToLabels("scale", kind)
                .build());
        recipe.setSpec(SPEC);
        return recipe;
    }

    /** As a run of 30 epochs leaves it. */
    private static TrainingRecipeStatus finishedStatus(int i) {
        String then = Instant.now().minus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
        String digest = "%064x".formatted(i);
        List<Condition> conditions = new ArrayList<>();
        for (String type : List.of("Accepted", "Queued", "Scheduled", "StudentTrained", "GatePassed", "Published", "Ready")) {
            conditions.add(new Condition(type, "True", "Ready", "top-1 91.2 %, published version 1", then, 1L));
        }
        conditions.add(new Condition("Failed", "False", "Ready", "top-1 91.2 %, published version 1", then, 1L));
        List<CurvePoint> curve = new ArrayList<>();
        for (int epoch = 1; epoch <= 30; epoch++) {
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
        all(CANARIES, i -> live(name.toLowerCase(java.util.Locale.ROOT) + "-" + i, i));
        long start = System.nanoTime();
        startOperator();
        until("ready", () -> get("/q/health/ready").isPresent());
        result.put(name.replace("Seconds", "ReadySeconds"), seconds(start));
        until("every canary has its Job", () -> jobs.size() == created.size());
        result.put(name, seconds(start));
        until("every pod's recipe says so", () -> statuses.size() == created.size());
    }

    private void startOperator() throws Exception {
        int progress;
        try (ServerSocket one = new ServerSocket(0); ServerSocket two = new ServerSocket(0)) {
            port = one.getLocalPort();
            progress = two.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of("java"));
        command.addAll(List.of(System.getenv("OPERATOR_JAVA").split(" ")));
        command.addAll(List.of("-jar", "operator/target/quarkus-app/quarkus-run.jar"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("operator.log").toFile()));
        builder.environment()
                .putAll(Map.of(
                        "KUBECONFIG", control.kubeconfig().toString(),
                        "QUARKUS_HTTP_HOST", "127.0.0.1",
                        "QUARKUS_HTTP_PORT", Integer.toString(port),
                        "DISTILLERY_PROGRESS_URL", "https://127.0.0.1:" + progress,
                        "DISTILLERY_PROGRESS_HOST", "127.0.0.1",
                        "DISTILLERY_PROGRESS_PORT", Integer.toString(progress),
                        "DISTILLERY_LEADER_ELECTION_ENABLED", "false"));
        operator = builder.start();
    }

    private void live(String name, int i) {
        TrainingRecipe recipe = recipe(name, i, "live");
        created.put(name, System.nanoTime());
        client.resource(recipe).create();
    }

    private void create(String name, int count, int perSecond, String figure) throws Exception {
        long start = System.nanoTime();
        Map<String, Duration> cpuBefore = cpu();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int n = i;
            TimeUnit.NANOSECONDS.sleep(Math.max(0, start + n * 1_000_000_000L / perSecond - System.nanoTime()));
            all.add(writers.submit(() -> live(name + "-" + n, n)));
        }
        for (Future<?> one : all) {
            one.get();
        }
        double offered = seconds(start);
        until("Jobs", () -> jobs.size() == created.size());
        double done = seconds(start);
        until("statuses", () -> statuses.size() == created.size());
        Map<String, Double> cpuMillis = new TreeMap<>();
        cpu().forEach((process, time) -> cpuMillis.put(
                process,
                (double) time.minus(cpuBefore.getOrDefault(process, Duration.ZERO)).toMillis() / count));
        result.put(figure, Map.of(
                "cpuMillisPerRecipe", cpuMillis,
                "recipes", count,
                "offeredSeconds", offered,
                "allJobsSeconds", done,
                "jobsPerSecond", count / done,
                "createToJobMillis", percentiles(name, created, jobs),
                "podToStatusMillis", percentiles(name, podRuns, statuses)));
    }

    /** User and system time of every process that takes part. */
    private Map<String, Duration> cpu() {
        Map<String, Duration> times = new TreeMap<>();
        ProcessHandle.current().info().totalCpuDuration().ifPresent(time -> times.put("program", time));
        ProcessHandle.current().descendants().forEach(process -> {
            String name = process.pid() == operator.pid()
                    ? "operator"
                    : Path.of(process.info().command().orElse("?")).getFileName().toString();
            process.info().totalCpuDuration().ifPresent(time -> times.merge(name, time, Duration::plus));
        });
        return times;
    }

    private static Map<String, Double> percentiles(String name, Map<String, Long> from, Map<String, Long> to) {
        double[] millis = from.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(name + "-"))
                .mapToDouble(entry -> (to.get(entry.getKey()) - entry.getValue()) / 1e6)
                .sorted()
                .toArray();
        return new TreeMap<>(Map.of(
                "p50", millis[millis.length / 2],
                "p99", millis[(int) (millis.length * 0.99)],
                "max", millis[millis.length - 1]));
    }

    private void job(Watcher.Action action, Job job) {
        long now = System.nanoTime();
        String recipe = job.getMetadata().getLabels().get("distillery.dev/recipe");
        if (action == Watcher.Action.ADDED && jobs.putIfAbsent(recipe, now) == null) {
            writers.submit(() -> runPod(recipe, job));
        }
    }

    private void runPod(String recipe, Job job) {
        Pod pod = client.resource(new PodBuilder()
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
                        .build())
                .create();
        podRuns.put(recipe, System.nanoTime());
        client.resource(new PodBuilder(pod).withNewStatus().withPhase("Running").endStatus().build())
                .updateStatus();
    }

    private void status(Watcher.Action action, TrainingRecipe recipe) {
        if (recipe.getStatus() != null && recipe.getStatus().phase() == Phase.TRAINING_STUDENT) {
            statuses.putIfAbsent(recipe.getMetadata().getName(), System.nanoTime());
        }
    }

    /** The operator's requests for each recipe of the phase before. */
    private void calls(Map<String, Double> before, int recipes) throws Exception {
        Map<String, Double> each = new TreeMap<>();
        requests().forEach((key, count) -> each.put(key, (count - before.getOrDefault(key, 0.0)) / recipes));
        each.values().removeIf(count -> count < 0.005);
        result.put("requestsPerRecipe", each);
    }

    private void idle() throws Exception {
        TimeUnit.SECONDS.sleep(10);
        Map<String, Double> before = requests();
        TimeUnit.SECONDS.sleep(60);
        Map<String, Double> minute = new TreeMap<>();
        requests().forEach((key, count) -> minute.put(key, count - before.getOrDefault(key, 0.0)));
        minute.values().removeIf(count -> count == 0);
        result.put("requestsInAnIdleMinute", minute);
    }

    private void memory(String when) throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/" + operator.pid() + "/status"))) {
            if (line.startsWith("VmRSS") || line.startsWith("VmHWM")) {
                String[] words = line.split("\\s+");
                result.put((line.startsWith("VmRSS") ? "rssMiB-" : "peakRssMiB-") + when, Long.parseLong(words[1]) / 1024);
            }
        }
        new ProcessBuilder("jcmd", Long.toString(operator.pid()), "GC.class_histogram")
                .redirectOutput(folder.resolve("histogram-" + when + ".txt").toFile())
                .start()
                .waitFor();
        result.put("heapAfterGcMiB-" + when, Files.readAllLines(folder.resolve("histogram-" + when + ".txt")).stream()
                .filter(line -> line.startsWith("Total"))
                .mapToLong(line -> Long.parseLong(line.split("\\s+")[2]) >> 20)
                .sum());
    }

    /** What the operator counted of its requests, by method and resource. */
    private Map<String, Double> requests() throws Exception {
        Map<String, Double> counts = new TreeMap<>();
        for (String line : get("/q/metrics").orElseThrow().split("\n")) {
            if (line.startsWith("distillery_kubernetes_requests_total{")) {
                String key = line.replaceAll(".*method=\"([^\"]*)\".*", "$1") + " "
                        + line.replaceAll(".*resource=\"([^\"]*)\".*", "$1");
                counts.merge(key, Double.parseDouble(line.substring(line.lastIndexOf(' '))), Double::sum);
            }
        }
        return counts;
    }

    private java.util.Optional<String> get(String path) {
        try {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                            HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? java.util.Optional.of(answer.body()) : java.util.Optional.empty();
        } catch (java.io.IOException e) {
            return java.util.Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void until(String what, BooleanSupplier holds) throws Exception {
        long start = System.nanoTime();
        while (!holds.getAsBoolean()) {
            if (operator != null && !operator.isAlive()) {
                throw new IllegalStateException("the operator ended with " + operator.exitValue() + " before: " + what);
            }
            if (seconds(start) > 180) {
                throw new IllegalStateException("3 minutes have not been enough for: " + what + "; " + created.size()
                        + " recipes, " + jobs.size() + " Jobs, " + statuses.size() + " statuses");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private interface Step {
        void at(int i) throws Exception;
    }

    private void all(int count, Step step) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int n = i;
            all.add(writers.submit(() -> {
                step.at(n);
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
    }

    private interface Seen<T> {
        void event(Watcher.Action action, T resource);
    }

    private static <T extends HasMetadata> Watcher<T> on(Seen<T> seen) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, T resource) {
                seen.event(action, resource);
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

    private static double seconds(long since) {
        return Math.round((System.nanoTime() - since) / 1e7) / 100.0;
    }
}
