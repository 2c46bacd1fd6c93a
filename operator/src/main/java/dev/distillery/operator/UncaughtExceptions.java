package dev.distillery.operator;

import io.javaoperatorsdk.operator.processing.event.source.timer.TimerEventSource;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.Arrays;
import java.util.List;
import java.util.Timer;
import org.jboss.logging.Logger;

/** What a thread does not catch is logged like all else, not printed as a stack trace between lines of JSON. */
@Singleton
class UncaughtExceptions implements Thread.UncaughtExceptionHandler {
    private static final Logger LOG = Logger.getLogger(UncaughtExceptions.class);
    /** {@link Timer}'s words for one task; for a timer that has died, which plans nothing any more, it has others. */
    private static final String TASK_CANCELLED = "Task already scheduled or cancelled";

    /** Before the SDK starts its threads. */
    void install(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) StartupEvent starting) {
        Thread.setDefaultUncaughtExceptionHandler(this);
    }

    @Override
    public void uncaughtException(Thread thread, Throwable exception) {
        if (plansForDeleted(exception)) {
            LOG.debug("a recipe was deleted while its next look was planned", exception);
        } else {
            LOG.errorf(exception, "the thread %s has ended", thread.getName());
        }
    }

    /**
     * The SDK plans when to look at a recipe again by a timer's task, which the recipe's deletion cancels, even between the
     * two steps in which it is planned; the timer refuses it then (JOSDK 5.3 to 5.5). Nothing is lost: the SDK forgets the
     * recipe next, and its pool replaces the thread.
     */
    static boolean plansForDeleted(Throwable exception) {
        return exception instanceof IllegalStateException
                && TASK_CANCELLED.equals(exception.getMessage())
                && Arrays.stream(exception.getStackTrace())
                        .map(StackTraceElement::getClassName)
                        .distinct()
                        .limit(2)
                        .toList()
                        .equals(List.of(Timer.class.getName(), TimerEventSource.class.getName()));
    }
}
