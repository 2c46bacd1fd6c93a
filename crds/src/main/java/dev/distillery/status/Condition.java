package dev.distillery.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;

/** Kubernetes' own condition. {@code lastTransitionTime} is RFC 3339 and moves only when {@code status} does. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
        @Required String type,
        @Required String status,
        @Required String reason,
        String message,
        @Required String lastTransitionTime,
        Long observedGeneration) {

    /** Condition types, in the order in which a recipe meets them. */
    public static final String ACCEPTED = "Accepted";

    /** The stage under way is handed to the cluster, and to its queue where it names one. */
    public static final String QUEUED = "Queued";

    /** A pod of the stage under way has a node. */
    public static final String SCHEDULED = "Scheduled";

    public static final String TEACHER_READY = "TeacherReady";
    public static final String STUDENT_TRAINED = "StudentTrained";
    public static final String GATE_PASSED = "GatePassed";
    public static final String PUBLISHED = "Published";
    /** KServe answers with the published version; there only if the recipe asks for an inference service. */
    public static final String SERVING_READY = "ServingReady";

    public static final String SUSPENDED = "Suspended";
    public static final String READY = "Ready";
    public static final String FAILED = "Failed";

    /** There only while it is true, as kstatus has it: the recipe is on its way. */
    public static final String RECONCILING = "Reconciling";

    /** There only while it is true, as kstatus has it: nothing more will happen without its user. */
    public static final String STALLED = "Stalled";

    /** @return the same condition of another generation of the resource */
    public Condition observedAt(Long generation) {
        return new Condition(type, status, reason, message, lastTransitionTime, generation);
    }
}
