package dev.distillery.operator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.operator.KubernetesUnderTest;
import dev.distillery.operator.faults.FaultPlan.Answer;
import dev.distillery.operator.faults.FaultPlan.Deed;
import dev.distillery.operator.status.TrainerPod;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded faults on a real API server. {@code -Dfaults.seeds=500} says how many, {@code -Dfaults.first=17} begins there, {@code
 * -Dfaults.together=25} says how many are alive at once.
 */
class FaultsIT {
    private static final int SEEDS = Integer.getInteger("faults.seeds", 24);
    private static final long FIRST = Long.getLong("faults.first", 1);
    private static final int TOGETHER = Integer.getInteger("faults.together", 12);
    static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final Duration QUIET = Duration.ofSeconds(3);
    /** From so many seeds on each kind of fault must have happened. */
    private static final int MANY = 100;

    /** In a line that tells of a reconciliation, or of a watch, that is tried again. */
    private static final List<String> CUT_BY_THE_PROXY = List.of(
            "Connection was closed", "Connection refused", "NoStackTraceTimeoutException", "The timeout period of ");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    @Test
    void everyInvariantHoldsWhateverGoesWrong() throws Exception {
        assumeTrue(
                KubernetesUnderTest.REAL.equals(System.getProperty(KubernetesUnderTest.WHICH)),
                "faults are injected on the real API server");
        Optional<KubernetesBinaries> binaries = KubernetesBinaries.find();
        assumeTrue(binaries.isPresent(), KubernetesBinaries.HOW);
        List<String> violations = new ArrayList<>();
        try (FaultCampaign campaign = new FaultCampaign(binaries.get(), folder, FIRST)) {
            for (long first = FIRST; first < FIRST + SEEDS; first += TOGETHER) {
                List<Long> seeds = LongStream.range(first, Math.min(first + TOGETHER, FIRST + SEEDS))
                        .boxed()
                        .toList();
                List<String> found = batch(campaign, seeds);
                violations.addAll(found);
                System.out.printf(
                        "seeds %d to %d: %d violations%s; so far %s%n",
                        first,
                        seeds.get(seeds.size() - 1),
                        found.size(),
                        found.isEmpty() ? "" : "\n  " + String.join("\n  ", found),
                        campaign.tally());
            }
            violations.addAll(campaign.violations());
            violations.addAll(campaign.errors().stream()
                    .filter(line -> !expected(line))
                    .map(line -> "log: " + line.substring(0, Math.min(line.length(), 600)))
                    .toList());
            assertThat(violations).isEmpty();
            if (SEEDS >= MANY) {
                assertThat(campaign.tally()).containsKeys(kinds());
            }
        }
    }

    private static List<String> batch(FaultCampaign campaign, List<Long> seeds) throws IOException {
        List<FaultRun> runs =
                seeds.stream().map(seed -> campaign.begin(FaultPlan.of(seed))).toList();
        campaign.calm(false);
        for (FaultRun run : runs) {
            String namespace = FaultPlan.namespace(run.plan().seed());
            campaign.client()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(namespace)
                            .endMetadata()
                            .build())
                    .create();
            run.plan()
                    .recipes()
                    .forEach(recipe -> campaign.client().resource(recipe).serverSideApply());
        }
        List<String> violations = new ArrayList<>();
        int all = runs.stream().mapToInt(run -> run.plan().recipes().size()).sum();
        if (!allEnd(all, () ->
                (int) recipes(campaign, seeds).filter(FaultsIT::ended).count())) {
            recipes(campaign, seeds)
                    .filter(recipe -> !ended(recipe))
                    .forEach(recipe -> violations.add(recipe.getMetadata().getNamespace() + "/"
                            + recipe.getMetadata().getName() + " did not end by itself, got "
                            + (recipe.getStatus() == null
                                    ? null
                                    : recipe.getStatus().phase() + " ("
                                            + recipe.getStatus().message() + ")")));
        }
        campaign.calm(true);
        await("a replica leads", campaign::killLeader);
        await("both replicas are there and one leads", campaign::ready);
        await("the operators are quiet", () -> quiet(campaign));
        for (FaultRun run : runs) {
            Path workspace = campaign.workspace(run.plan().seed());
            violations.addAll(new Invariants(run, campaign.client(), workspace).violations());
        }
        int before = campaign.writes();
        for (FaultRun run : runs) {
            run.plan()
                    .recipes()
                    .forEach(recipe -> campaign.client().resource(recipe).serverSideApply());
        }
        quiet(campaign);
        if (campaign.writes() != before) {
            violations.add("unchanged recipes were applied again: got " + (campaign.writes() - before)
                    + " writes, expected none");
        }
        for (long seed : seeds) {
            campaign.client()
                    .resources(TrainingRecipe.class)
                    .inNamespace(FaultPlan.namespace(seed))
                    .delete();
        }
        // A pod whose Job went without it belongs to nobody and stays when it has ended.
        await("no pod is alive", () -> pods(campaign, seeds).stream().noneMatch(pod -> new TrainerPod(pod).live()));
        return violations;
    }

    /** However slow the machine: it is over when for a long time none ended. */
    private static boolean allEnd(int all, IntSupplier ended) {
        int before = 0;
        while (before < all) {
            int already = before;
            if (!holds(PATIENCE, () -> ended.getAsInt() > already)) {
                return false;
            }
            before = ended.getAsInt();
        }
        return true;
    }

    /** @return whether the operator wrote nothing for a while */
    private static boolean quiet(FaultCampaign campaign) {
        int before = campaign.writes();
        return campaign.ready() && still(() -> campaign.writes() == before);
    }

    private static boolean holds(Duration atMost, Callable<Boolean> condition) {
        try {
            Awaitility.await().atMost(atMost).until(condition);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    private static boolean still(Callable<Boolean> condition) {
        try {
            Awaitility.await().during(QUIET).atMost(QUIET.multipliedBy(2)).until(condition);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(PATIENCE).until(condition);
    }

    private static Stream<TrainingRecipe> recipes(FaultCampaign campaign, List<Long> seeds) {
        List<String> namespaces = seeds.stream().map(FaultPlan::namespace).toList();
        return campaign.client().resources(TrainingRecipe.class).inAnyNamespace().list().getItems().stream()
                .filter(recipe -> namespaces.contains(recipe.getMetadata().getNamespace()));
    }

    private static boolean ended(TrainingRecipe recipe) {
        return recipe.getStatus() != null
                && recipe.getStatus().phase() != null
                && recipe.getStatus().phase().terminal();
    }

    private static List<Pod> pods(FaultCampaign campaign, List<Long> seeds) {
        return seeds.stream()
                .flatMap(seed ->
                        campaign.client().pods().inNamespace(FaultPlan.namespace(seed)).list().getItems().stream())
                .toList();
    }

    private static String[] kinds() {
        return Stream.concat(
                        Stream.of(Deed.values()).map(Deed::toString),
                        Stream.concat(
                                Arrays.stream(Answer.values()).map(Answer::toString),
                                Stream.of("watch cut", "watch gone 410", "watch stale")))
                .toArray(String[]::new);
    }

    /** @return whether the line tells of a fault that was injected, or of the connection that the proxy closed or cut off */
    private static boolean expected(String line) {
        boolean tried =
                line.contains("Uncaught error during event processing") || line.contains("listSyncAndWatch failed");
        return line.contains("injected") || tried && CUT_BY_THE_PROXY.stream().anyMatch(line::contains);
    }
}
