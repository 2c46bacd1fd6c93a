package dev.distillery.operator.progress;

import dev.distillery.operator.stage.ProgressAccess;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Asks the API server whose token it is. Answers are kept for a while, under the token's digest: 1,000 pods then cost 3.3
 * reviews a second at most. That a pod is still there is looked up each time, elsewhere, so a kept answer lets no dead pod in.
 */
public final class TokenReviews {
    static final Duration KEEP = Duration.ofMinutes(5);
    static final Duration KEEP_REFUSAL = Duration.ofSeconds(10);
    /** Tokens are short JWTs; what is longer is none. */
    static final int MAX_LENGTH = 8192;

    private static final int MOST_KEPT = 20_000;
    /** With the 40 status writes that progress may cause, 50 writes a second. */
    private static final int KNOWN_A_SECOND = 8;

    private static final int STRANGERS_A_SECOND = 2;
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";

    private final UnaryOperator<TokenReview> api;
    private final Clock clock;
    private final RateLimit known;
    private final RateLimit strangers;
    private final Map<String, Answer> kept = new ConcurrentHashMap<>();

    private record Answer(Optional<PodIdentity> pod, Instant until) {}

    /** @param api creates the review and returns it answered */
    public TokenReviews(UnaryOperator<TokenReview> api, Clock clock) {
        this.api = api;
        this.clock = clock;
        this.known = new RateLimit(KNOWN_A_SECOND, Duration.ofSeconds(1), clock);
        this.strangers = new RateLimit(STRANGERS_A_SECOND, Duration.ofSeconds(1), clock);
    }

    /** Too many unknown tokens at once; ask again later. */
    static final class BusyException extends RuntimeException {
        BusyException() {
            super("too many tokens to review");
        }
    }

    /**
     * @param isKnown whether there is such a pod: of tokens that claim to be of one that there is, more are reviewed, so that
     *     whoever sends many cannot keep trainers from being heard
     * @return empty for a token that is not a pod's, for us, and in force
     * @throws BusyException when the API server is not to be asked more often
     * @throws io.fabric8.kubernetes.client.KubernetesClientException when it does not answer
     */
    Optional<PodIdentity> pod(String token, Predicate<PodIdentity> isKnown) {
        if (token.isEmpty() || token.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String digest = digest(token);
        Instant now = clock.instant();
        Answer answer = kept.get(digest);
        if (answer == null || !answer.until().isAfter(now)) {
            boolean claimsToBeKnown = PodIdentity.claimed(token).filter(isKnown).isPresent();
            if (!(claimsToBeKnown ? known : strangers).allows("all")) {
                throw new BusyException();
            }
            Optional<PodIdentity> pod = review(token);
            answer = new Answer(pod, now.plus(pod.isPresent() ? KEEP : KEEP_REFUSAL));
            if (kept.size() >= MOST_KEPT) {
                kept.values().removeIf(old -> !old.until().isAfter(now));
            }
            if (kept.size() < MOST_KEPT) {
                kept.put(digest, answer);
            }
        }
        return answer.pod();
    }

    private Optional<PodIdentity> review(String token) {
        TokenReviewStatus status = api.apply(new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(token)
                        .withAudiences(ProgressAccess.AUDIENCE)
                        .endSpec()
                        .build())
                .getStatus();
        boolean good = status != null
                && Boolean.TRUE.equals(status.getAuthenticated())
                && status.getAudiences().contains(ProgressAccess.AUDIENCE);
        return good ? identity(status.getUser()) : Optional.empty();
    }

    private static Optional<PodIdentity> identity(UserInfo user) {
        String[] name = user.getUsername().split(":", -1);
        List<String> pod = user.getExtra().getOrDefault(POD_NAME, List.of());
        List<String> uid = user.getExtra().getOrDefault(POD_UID, List.of());
        boolean bound =
                user.getUsername().startsWith(ACCOUNT) && name.length == 4 && pod.size() == 1 && uid.size() == 1;
        return bound ? Optional.of(new PodIdentity(name[2], pod.get(0), uid.get(0))) : Optional.empty();
    }

    private static String digest(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
