package dev.distillery.operator.faults;

import dev.distillery.operator.Recipes;
import dev.distillery.recipe.TrainingRecipe;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What one seed stands for: a recipe or two that share a teacher, and what goes wrong meanwhile.
 *
 * @param fails whether the recipes end as Failed
 */
record FaultPlan(
        long seed, List<TrainingRecipe> recipes, boolean fails, List<Injection> injections, List<BadAnswer> answers) {
    private static final String GENERATOR = "L64X128MixRandom";
    private static final int RETRIES = 8;
    private static final int CRASHES_FOR_EVER = 99;
    /** A recipe has more than so many. */
    private static final int STATUSES = 10;

    /** What somebody or something does to the cluster. */
    enum Deed {
        /** Started again at once, under its name. */
        KILL_LEADER,
        /** The leader dies, and comes back when the other leads. */
        FAIL_OVER,
        /** From the API server, until it has stepped down. */
        CUT_OFF_LEADER,
        DELETE_POD,
        EVICT_POD,
        /** All pods of the node are evicted, and none starts until they have gone. */
        TAINT_NODE,
        KILL_TRAINER,
        DELETE_JOB,
        ORPHAN_PODS,
        DELETE_MAP,
        SUSPEND_AND_RESUME,
        /** Deleted, and made anew under its name. */
        REPLACE_RECIPE,
        /** The operators' clocks, 20 s ahead or behind. */
        CLOCK_AHEAD,
        CLOCK_BEHIND
    }

    /** When: seen in the cluster, not by the operator. */
    enum Edge {
        MAP_CREATED,
        JOB_CREATED,
        POD_CREATED,
        POD_RUNNING,
        POD_ENDED,
        JOB_ENDED,
        TRAINING_TEACHER,
        TRAINING_STUDENT,
        /** A pod's first report is in the status. */
        PROGRESSED,
        TERMINAL
    }

    /** @param after milliseconds after the edge */
    record Injection(Deed deed, Edge edge, int occurrence, int after) {}

    /** How a request of the operator goes wrong. */
    enum Answer {
        CONFLICT_409(409, "Conflict"),
        TOO_MANY_429(429, "TooManyRequests"),
        ERROR_500(500, "InternalError"),
        UNAVAILABLE_503(503, "ServiceUnavailable"),
        SLOW(0, null),
        DROPPED_BEFORE(0, null),
        /** Carried out, and nobody is told. */
        DROPPED_AFTER(0, null),
        /** The operator is killed between its request and the answer. */
        KILLED_AFTER(0, null);

        final int code;
        final String reason;

        Answer(int code, String reason) {
            this.code = code;
            this.reason = reason;
        }
    }

    /** @param request method and resource, for instance {@code POST jobs} */
    record BadAnswer(Answer answer, String request, int occurrence) {}

    private static final List<String> REQUESTS = List.of(
            "POST jobs",
            "POST jobs",
            "POST configmaps",
            "POST persistentvolumeclaims",
            "GET persistentvolumeclaims",
            "GET jobs",
            "GET pods",
            "PATCH jobs",
            "PATCH status",
            "PATCH status",
            "PATCH status");

    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of(GENERATOR).create(seed);
    }

    static String namespace(long seed) {
        return "seed-" + seed;
    }

    static FaultPlan of(long seed) {
        RandomGenerator random = random(seed);
        boolean gate = random.nextInt(12) == 0;
        boolean crashes = !gate && random.nextInt(16) == 0;
        String behaviour = "w%d-c%d-d%d-g%d"
                .formatted(
                        random.nextInt(900),
                        crashes ? CRASHES_FOR_EVER : Math.max(0, random.nextInt(5) - 2),
                        random.nextInt(4) == 0 ? 1 : 0,
                        gate ? 1 : 0);
        boolean distils = random.nextBoolean();
        int count = random.nextInt(3) == 0 ? 2 : 1;
        List<TrainingRecipe> recipes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TrainingRecipe recipe = Recipes.recipe("photos-" + i, behaviour, distils);
            recipe.getMetadata().setNamespace(namespace(seed));
            Recipes.with(recipe, "/dataset/validation/images/uri", "file:///data/vi");
            recipes.add(Recipes.with(recipe, "/retry/limit", crashes ? 1 : RETRIES));
        }
        List<Injection> injections = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Deed deed = any(random, Deed.values());
            Edge edge = any(random, Edge.values());
            // Nobody waits for what starts after the end.
            boolean fits = deed != Deed.REPLACE_RECIPE || edge != Edge.TERMINAL;
            injections.add(new Injection(
                    deed,
                    fits ? edge : Edge.POD_RUNNING,
                    1 + random.nextInt(2),
                    random.nextInt(2) * random.nextInt(600)));
        }
        List<BadAnswer> answers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Answer answer = any(random, Answer.values());
            String request = REQUESTS.get(random.nextInt(REQUESTS.size()));
            // Nothing that is only read is in conflict.
            boolean fits = answer != Answer.CONFLICT_409 || !request.startsWith("GET");
            int most = request.equals("PATCH status") ? STATUSES : 2;
            answers.add(new BadAnswer(fits ? answer : Answer.ERROR_500, request, 1 + random.nextInt(most)));
        }
        return new FaultPlan(seed, List.copyOf(recipes), gate || crashes, injections, answers);
    }

    private static <T> T any(RandomGenerator random, T[] values) {
        return values[random.nextInt(values.length)];
    }
}
