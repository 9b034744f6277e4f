package org.strongroom.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeModel;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.strongroom.guard.Permit;

/**
 * The arrows of STYLE.md section 1 between modules, inside gateway, and the rules of section 9, over the classes of all
 * modules. It stands here because this module's tests see them all; the survey is seen by tests only.
 */
class LayersTest {
    private static final String ROOT = "org.strongroom.";

    /** Module, and the modules it may use. */
    private static final Map<String, Set<String>> ARROWS = new TreeMap<>(Map.of(
            "dicom", Set.of(),
            "pixels", Set.of("dicom"),
            "dimse", Set.of("dicom"),
            "guard", Set.of("dicom"),
            "archive", Set.of("dicom", "guard"),
            "gateway", Set.of("dicom", "pixels", "dimse", "guard", "archive"),
            "server", Set.of("dicom", "pixels", "dimse", "guard", "archive", "gateway"),
            "survey", Set.of("dicom", "dimse")));

    /** Not there yet; the day one is, this line is to be removed, so that an empty import is never taken for a clean one. */
    private static final Set<String> TO_COME = Set.of("pixels");

    /** A second package in a module is one adapter behind one port; in dicom, what stands on its public API. */
    private static final Set<String> PACKAGES = Set.of(
            "dicom",
            "dicom.model",
            "dicom.media",
            "dicom.validate",
            "dicom.deidentify",
            "dimse",
            "guard",
            "guard.sqlite",
            "archive",
            "archive.sqlite",
            "gateway",
            "gateway.dimse",
            "server",
            "survey");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/testkit"))
            .importPackages(ROOT.substring(0, ROOT.length() - 1));

    @Test
    void every_module_is_seen() {
        Set<String> seen = CLASSES.stream().map(LayersTest::module).collect(Collectors.toCollection(TreeSet::new));
        Set<String> expected = new TreeSet<>(ARROWS.keySet());
        expected.removeAll(TO_COME);
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void packages_are_modules_and_adapters() {
        Set<String> packages = CLASSES.stream()
                .map(type -> type.getPackageName().substring(ROOT.length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(PACKAGES).containsAll(packages);
    }

    @TestFactory
    Stream<DynamicTest> modules_use_what_stands_below_them() {
        return ARROWS.entrySet().stream()
                .filter(arrow -> !TO_COME.contains(arrow.getKey()))
                .map(arrow -> DynamicTest.dynamicTest(arrow.getKey(), () -> {
                    String[] allowed = Stream.concat(arrow.getValue().stream(), Stream.of(arrow.getKey()))
                            .map(module -> ROOT + module + "..")
                            .toArray(String[]::new);
                    noClasses()
                            .that()
                            .resideInAPackage(ROOT + arrow.getKey() + "..")
                            .should()
                            .dependOnClassesThat(
                                    resideInAPackage("org.strongroom..").and(not(resideInAnyPackage(allowed))))
                            .check(CLASSES);
                }));
    }

    @Test
    void the_doors_do_not_see_each_other() {
        for (List<String> doors : List.of(List.of("dimse", "web"), List.of("web", "dimse"))) {
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "gateway." + doors.getFirst() + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT + "gateway." + doors.getLast() + "..")
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
        noClasses()
                .that()
                .resideInAPackage(ROOT + "gateway")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + "gateway.dimse..", ROOT + "gateway.web..")
                .check(CLASSES);
    }

    @Test
    void the_core_of_a_module_does_not_see_its_adapters() {
        for (String module : List.of("guard", "archive")) {
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + module)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT + module + ".*")
                    .check(CLASSES);
        }
    }

    @Test
    void dicom_stands_on_nothing_but_the_jdk() {
        classes()
                .that()
                .resideInAPackage(ROOT + "dicom..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + "dicom..", "java..", "javax..", "org.jspecify.annotations..")
                .check(CLASSES);
    }

    /** Decision 19: each stands on the core alone; deidentify may ask validate for the type of an attribute. */
    @Test
    void what_stands_on_the_core_of_dicom_sees_the_core_alone() {
        List<String> upper = List.of("dicom.model", "dicom.media", "dicom.validate", "dicom.deidentify");
        for (String one : upper) {
            String[] others = upper.stream()
                    .filter(other -> !other.equals(one))
                    .filter(other -> !(one.equals("dicom.deidentify") && other.equals("dicom.validate")))
                    .map(other -> ROOT + other)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + one)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(CLASSES);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "dicom")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT + one)
                    .check(CLASSES);
        }
    }

    @Test
    void sql_is_spoken_by_adapters_only() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "guard.sqlite..", ROOT + "archive.sqlite..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
                .check(CLASSES);
    }

    @Test
    void nobody_prints_but_the_command_lines() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "server..", ROOT + "survey..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    @Test
    void old_dates_thread_locals_and_exits_are_not_used() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Calendar")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .check(CLASSES);
        // Certificates speak in java.util.Date; it is turned into an Instant, or made of one, on the spot.
        noClasses()
                .should()
                .accessTargetWhere(JavaAccess.Predicates.target(With.owner(type(Date.class)))
                        .and(JavaAccess.Predicates.target(
                                not(nameMatching("from").or(nameMatching("toInstant"))))))
                .check(CLASSES);
        fields().should().notHaveRawType(Date.class).check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "server..", ROOT + "survey..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }

    /**
     * Reading and writing under a monitor is what the rule is about; since nobody needs one at all, none is allowed. ArchUnit
     * sees no blocks, so the byte code is read.
     */
    @Test
    void nobody_takes_a_monitor() throws IOException {
        List<String> found = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            found.addAll(monitors(type));
        }
        assertThat(found).isEmpty();
        assertThat(monitors(new ClassFileImporter().importClass(Monitors.class)))
                .containsExactly("Monitors.block", "Monitors.whole");
    }

    private static List<String> monitors(JavaClass type) throws IOException {
        try (InputStream in = type.getSource().orElseThrow().getUri().toURL().openStream()) {
            return ClassFile.of().parse(in.readAllBytes()).methods().stream()
                    .filter(method -> method.flags().has(AccessFlag.SYNCHRONIZED)
                            || method.code().stream()
                                    .flatMap(CodeModel::elementStream)
                                    .anyMatch(MonitorInstruction.class::isInstance))
                    .map(method ->
                            type.getSimpleName() + "." + method.methodName().stringValue())
                    .sorted()
                    .toList();
        }
    }

    /** What the rule must see. */
    @SuppressWarnings("UnusedMethod")
    private static final class Monitors {
        private int count;

        void block() {
            synchronized (this) {
                count++;
            }
        }

        synchronized int whole() {
            return count;
        }
    }

    @Test
    void nobody_makes_a_permit_but_guard() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "guard")
                .should()
                .callConstructorWhere(JavaCall.Predicates.target(With.owner(type(Permit.class))))
                .check(CLASSES);
    }

    @Test
    void names_of_drawers_are_not_used() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..common..", "..impl..", "..internal..", "..manager..", "..helper..")
                .check(CLASSES);
    }

    private static String module(JavaClass type) {
        String name = type.getPackageName().substring(ROOT.length());
        int point = name.indexOf('.');
        return point < 0 ? name : name.substring(0, point);
    }
}
