package org.strongroom.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dimse.SurveyAssociation;

/** Reads the byte code of the survey: what it can't name it can't do. */
final class OnlyLooksTest {
    private static final String DIMSE = "org/strongroom/dimse/";

    /** Of dimse: the facade, and values it takes and gives. */
    private static final Set<String> ALLOWED = Set.of("AeTitle", "Status", "SurveyAssociation", "Timeouts");

    private static List<ClassModel> classes(Class<?> one) throws IOException, URISyntaxException {
        Path root =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(root)) {
            return classes(root);
        }
        try (FileSystem jar = FileSystems.newFileSystem(root)) {
            return classes(jar.getPath("/"));
        }
    }

    private static List<ClassModel> classes(Path root) throws IOException {
        List<ClassModel> models = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                models.add(ClassFile.of().parse(Files.readAllBytes(file)));
            }
        }
        assertThat(models).as("classes in %s", root).isNotEmpty();
        return models;
    }

    private static Set<String> namedClasses(ClassModel model) {
        Set<String> names = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof ClassEntry named) {
                names.add(named.asInternalName());
            }
        }
        return names;
    }

    @Test
    void of_dimse_the_survey_names_the_facade_and_nothing_else() throws IOException, URISyntaxException {
        Set<String> named = new TreeSet<>();
        for (ClassModel model : classes(Main.class)) {
            namedClasses(model).stream()
                    .filter(name -> name.startsWith(DIMSE))
                    .map(name -> name.substring(DIMSE.length()).replaceFirst("\\$.*", ""))
                    .forEach(named::add);
        }
        assertThat(named).isSubsetOf(ALLOWED).contains("SurveyAssociation");
    }

    @Test
    void the_survey_opens_no_socket_itself_and_runs_no_program() throws IOException, URISyntaxException {
        for (ClassModel model : classes(Main.class)) {
            assertThat(namedClasses(model))
                    .as(model.thisClass().asInternalName())
                    .doesNotContain(
                            "java/net/Socket",
                            "java/net/ServerSocket",
                            "java/net/DatagramSocket",
                            "java/net/URL",
                            "java/nio/channels/SocketChannel",
                            "java/nio/channels/DatagramChannel",
                            "javax/net/SocketFactory",
                            "java/lang/ProcessBuilder",
                            "java/lang/reflect/Method")
                    .noneMatch(name -> name.startsWith("java/net/http/"));
        }
    }

    @Test
    void the_facade_stores_fetches_and_moves_nothing() throws IOException, URISyntaxException {
        List<ClassModel> facade = classes(SurveyAssociation.class).stream()
                .filter(model -> model.thisClass().asInternalName().matches(DIMSE + "SurveyAssociation(\\$.*)?"))
                .toList();
        assertThat(facade).isNotEmpty();
        for (ClassModel model : facade) {
            for (PoolEntry entry : model.constantPool()) {
                if (entry instanceof MemberRefEntry member) {
                    String call = member.owner().asInternalName() + "."
                            + member.name().stringValue();
                    assertThat(call)
                            .isNotIn(DIMSE + "Association.store", DIMSE + "Association.get", DIMSE + "Association.move")
                            .doesNotStartWith(DIMSE + "StoreMessages.");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"guard.Permit", "archive.Archive", "gateway.package-info", "server.Main"})
    void nothing_of_the_archive_is_on_its_class_path(String name) {
        assertThatThrownBy(() -> Class.forName("org.strongroom." + name)).isInstanceOf(ClassNotFoundException.class);
    }
}
