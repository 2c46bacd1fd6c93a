package dev.distillery.trainer.publish.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Takes connections, and then says nothing, or nothing more. */
@Timeout(60)
class SilentRegistryTest {
    private static final Patience SHORT = new Patience(2, Duration.ofMillis(1), Duration.ofMillis(300));
    private static final String DIGEST = "sha256:" + "0".repeat(64);

    private final List<Socket> taken = new ArrayList<>();
    private ServerSocket listener;

    @BeforeEach
    void start() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
        for (Socket socket : taken) {
            socket.close();
        }
    }

    @Test
    void whoNeverAnswersIsUnavailable() {
        unavailable(OciRepository::tags, "tags cannot be listed, got no answer in 0.3 s");
        unavailable(repository -> repository.manifest("1"), "1 cannot be read");
        unavailable(repository -> repository.bring(new byte[10]), "cannot be written");
        await("nothing waits any longer").until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("registry-request")));
    }

    @Test
    void whoStopsInTheMiddleOfABlobIsUnavailable() {
        Thread thread = new Thread(this::answerHalf);
        thread.setDaemon(true);
        thread.start();
        unavailable(repository -> repository.blob(DIGEST), DIGEST + " cannot be read, got no answer in 0.3 s");
    }

    private void answerHalf() {
        try {
            while (true) {
                Socket socket = listener.accept();
                taken.add(socket);
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            assertThat(listener.isClosed()).isTrue();
        }
    }

    private void unavailable(Consumer<OciRepository> request, String message) {
        OciRepository repository = DockerRegistry.repository(
                "127.0.0.1:" + listener.getLocalPort(), "silent", DockerRegistry.LOGIN, SHORT);
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> request.accept(repository));
        assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
        assertThat(e).hasMessageContaining(message);
    }
}
