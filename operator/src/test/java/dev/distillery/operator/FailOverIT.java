package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leader that is killed, or loses its lease: the other goes on. Prints how long a recipe waits that is made at that
 * moment; {@code -Dfailover.times=10} kills more often.
 */
class FailOverIT {
    private static final int TIMES = Integer.getInteger("failover.times", 1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** The API server cuts creation times to whole seconds. */
    private static final Duration TIMESTAMP = Duration.ofSeconds(1);

    @TempDir
    static Path folder;

    @Test
    void theOtherReplicaGoesOnWhenTheLeaderIsKilled() throws IOException {
        try (KubernetesUnderTest kubernetes = KubernetesUnderTest.start(folder.resolve("cluster"));
                OperatorUnderTest one =
                        new OperatorUnderTest("one", kubernetes.kubeconfig(), folder.resolve("one.log"));
                OperatorUnderTest two =
                        new OperatorUnderTest("two", kubernetes.kubeconfig(), folder.resolve("two.log"))) {
            one.start();
            two.start();
            OperatorUnderTest leader = leads(kubernetes.client(), "one") ? one : two;
            for (int time = 1; time <= TIMES; time++) {
                OperatorUnderTest other = leader == one ? two : one;
                leader.kill();
                Instant killed = Instant.now();
                TrainingRecipe recipe = kubernetes
                        .client()
                        .resource(Recipes.recipe("photos-" + time, "happy", false))
                        .create();
                kubernetes
                        .client()
                        .resource(recipe)
                        .waitUntilCondition(
                                r -> r.getStatus() != null && r.getStatus().phase() != null,
                                PATIENCE.toSeconds(),
                                TimeUnit.SECONDS);
                System.out.printf(
                        "fail-over %d: %.1f s%n",
                        time, Duration.between(killed, Instant.now()).toMillis() / 1000.0);
                assertThat(leads(kubernetes.client(), other == one ? "one" : "two"))
                        .isTrue();
                assertThat(jobMade(kubernetes.client(), "photos-" + time))
                        .as("no pod of a Job that the other made may come any more")
                        .isAfter(ledSince(kubernetes.client()).plus(PendingStage.POD_EXPECTED));
                leader.start();
                leader = other;
            }
            assertThat(one.errors()).isEmpty();
            assertThat(two.errors()).isEmpty();
        }
    }

    @Test
    void aLeaderThatLosesItsLeaseEnds() throws IOException {
        try (KubernetesUnderTest kubernetes = KubernetesUnderTest.start(folder.resolve("usurped"));
                OperatorUnderTest operator =
                        new OperatorUnderTest("one", kubernetes.kubeconfig(), folder.resolve("usurped.log"))) {
            operator.start();
            Awaitility.await("it leads").atMost(PATIENCE).until(() -> leads(kubernetes.client(), "one"));
            // It renews the lease at the same time: of two writes that meet, the other's may be refused.
            Awaitility.await("another takes the lease")
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(KubernetesClientException.class)
                    .until(() -> usurp(kubernetes.client()));
            Awaitility.await("it ends").atMost(PATIENCE).until(() -> !operator.isAlive());
        }
    }

    private static boolean usurp(KubernetesClient client) {
        client.leases().inNamespace("default").withName("distillery-operator").edit(lease -> new LeaseBuilder(lease)
                .editSpec()
                .withHolderIdentity("another@127.0.0.1:1")
                .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                .withLeaseDurationSeconds((int) PATIENCE.toSeconds())
                .endSpec()
                .build());
        return true;
    }

    /** @return when the recipe's first Job was made, at the latest */
    private static Instant jobMade(KubernetesClient client, String recipe) {
        return Awaitility.await("a Job is made")
                .atMost(PATIENCE)
                .until(
                        () -> client.batch().v1().jobs().inNamespace("default").list().getItems().stream()
                                .filter(job -> job.getMetadata().getName().startsWith(recipe))
                                .map(job -> Instant.parse(job.getMetadata().getCreationTimestamp()))
                                .min(Comparator.naturalOrder()),
                        Optional::isPresent)
                .orElseThrow()
                .plus(TIMESTAMP);
    }

    private static Instant ledSince(KubernetesClient client) {
        return client.leases()
                .inNamespace("default")
                .withName("distillery-operator")
                .get()
                .getSpec()
                .getAcquireTime()
                .toInstant();
    }

    private static boolean leads(KubernetesClient client, String replica) {
        Lease lease = client.leases()
                .inNamespace("default")
                .withName("distillery-operator")
                .get();
        return lease != null && lease.getSpec().getHolderIdentity().startsWith(replica + "@");
    }
}
