package dev.distillery.operator.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.embedded.EmbeddedCluster;
import dev.distillery.embedded.EmbeddedClusterOptions;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSeriesTest {
    @TempDir
    Path folder;

    @Test
    void whatIsSaidAgainIsCountedAndWhatIsNewIsAnEventOfItsOwn() {
        try (EmbeddedCluster kubernetes = EmbeddedCluster.start(EmbeddedClusterOptions.in(folder))) {
            EventSeries series = new EventSeries(kubernetes.client());
            series.write(event("Failed", "out of memory", "2026-01-01T00:00:00Z"));
            series.write(event("Failed", "out of memory", "2026-01-01T00:01:00Z"));
            new EventSeries(kubernetes.client()).write(event("Failed", "out of memory", "2026-01-01T00:02:00Z"));
            series.write(event("Failed", "no data", "2026-01-01T00:03:00Z"));
            List<Event> events = kubernetes
                    .client()
                    .v1()
                    .events()
                    .inNamespace("default")
                    .list()
                    .getItems();
            assertThat(events).hasSize(2);
            assertThat(events)
                    .filteredOn(e -> e.getMessage().equals("out of memory"))
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.getCount()).isEqualTo(3);
                        assertThat(event.getFirstTimestamp()).isEqualTo("2026-01-01T00:00:00Z");
                        assertThat(event.getLastTimestamp()).isEqualTo("2026-01-01T00:02:00Z");
                    });
        }
    }

    @Test
    void theNameFitsWhateverTheRecipeIsCalled() {
        Event event = event("Failed", "x", "2026-01-01T00:00:00Z");
        event.getInvolvedObject().setName("a".repeat(253));
        assertThat(EventSeries.name(event)).hasSizeLessThanOrEqualTo(253);
    }

    private static Event event(String reason, String message, String time) {
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .endMetadata()
                .withNewInvolvedObject()
                .withName("photos")
                .withNamespace("default")
                .withUid("uid")
                .endInvolvedObject()
                .withType("Warning")
                .withReason(reason)
                .withMessage(message)
                .withFirstTimestamp(time)
                .withLastTimestamp(time)
                .withCount(1)
                .build();
    }
}
