package dev.distillery.serving;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the server begins, or does not, and how it ends. */
class StartIT {
    @TempDir
    Path folder;

    @Test
    void aModelThatCannotBeServedIsOneSentence() throws Exception {
        Path text = Files.writeString(folder.resolve("text.onnx"), "no model");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path unnamed = TestModels.write(folder.resolve("unnamed"), TestModels.onnx(true, Map.of()));
        Path twoNames =
                TestModels.write(folder.resolve("two"), TestModels.onnx(true, Map.of("distillery.labels", "a\nb")));
        Path future = TestModels.write(folder.resolve("future"), withOpset(99));
        endsWith(
                11,
                "got nothing there, expected model.onnx",
                folder.resolve("none").toString());
        endsWith(11, "without model.onnx and without numbered versions", empty.toString());
        endsWith(11, "ONNX Runtime can load", text.toString());
        endsWith(
                11,
                "got 0 class names in the metadata distillery.labels, expected one for each of the 3",
                unnamed.toString());
        endsWith(11, "got 2 class names", twoNames.toString());
        endsWith(11, "99", future.toString());
        endsWith(2, "usage: quarkus-run.jar MODEL [THREADS]");
        endsWith(2, "threads: got 0", TestModels.pixels(folder).toString(), "0");
    }

    @Test
    void aPortThatIsTakenIsSaidToBe() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            try (ServerUnderTest server = ServerUnderTest.launch(
                    folder.resolve("log"), port, TestModels.pixels(folder).toString())) {
                assertThat(server.awaitEnd()).isEqualTo(1);
                assertThat(server.output()).contains("Port " + port + " seems to be in use");
            }
        }
    }

    /** A request that has begun is answered though the process was asked to end meanwhile. */
    @Test
    void stoppingAnswersWhatHasBegun() throws Exception {
        try (ServerUnderTest server = ServerUnderTest.start(folder, TestModels.pixels(folder));
                Socket socket = new Socket("127.0.0.1", server.at("").getPort())) {
            String body = "{}";
            socket.getOutputStream()
                    .write(
                            ("POST /v2/models/tiny/infer HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2"
                                            + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 100");
            server.process().destroy();
            Awaitility.await("the server waits for the request")
                    .until(() -> server.output().contains("Waiting for HTTP requests to complete"));
            socket.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("HTTP/1.1 400")
                    .contains("inputs: got none");
            assertThat(server.awaitEnd()).isEqualTo(143);
        }
    }

    private void endsWith(int code, String message, String... arguments) throws Exception {
        try (ServerUnderTest server = ServerUnderTest.launch(folder.resolve("log"), "0", arguments)) {
            assertThat(server.awaitEnd()).as(server.output()).isEqualTo(code);
            assertThat(server.output().lines())
                    .filteredOn(line -> line.startsWith("serve: "))
                    .hasSize(1);
            assertThat(server.output()).contains(message).doesNotContain("\tat ");
        }
    }

    private static byte[] withOpset(long version) throws IOException {
        return OnnxMl.ModelProto.parseFrom(TestModels.onnx(true, Map.of())).toBuilder()
                .setOpsetImport(0, OnnxMl.OperatorSetIdProto.newBuilder().setVersion(version))
                .build()
                .toByteArray();
    }
}
