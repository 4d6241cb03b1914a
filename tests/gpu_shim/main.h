// As a program, for the sanitizers: runs the calls that a file holds, and writes every array as it is afterwards.
#pragma once

#include <cstdio>
#include <cstdlib>

template <typename T>
T number_from(FILE* file) {
    T value;
    if (fread(&value, sizeof(T), 1, file) != 1) exit(3);
    return value;
}

int main(int, char** names) {
    FILE* in = fopen(names[1], "rb");
    FILE* out = fopen(names[2], "wb");
    for (auto calls = number_from<long long>(in); calls--;) {
        const auto entry = number_from<long long>(in);
        const auto shape = number_from<Launch>(in);
        std::vector<std::vector<long long>> records(number_from<long long>(in));
        std::vector<std::pair<void*, size_t>> arrays;
        std::vector<void*> given;
        for (auto& record : records) {
            const auto axes = number_from<long long>(in), bytes = number_from<long long>(in);
            // As many bytes as said and not one more, so that the address sanitizer sees who touches the next.
            void* data = nullptr;
            if (posix_memalign(&data, 16, bytes)) exit(3);
            record.push_back(reinterpret_cast<long long>(data));
            for (long long axis = 0; axis < axes; ++axis) record.push_back(number_from<long long>(in));
            if (bytes && fread(data, bytes, 1, in) != 1) exit(3);
            arrays.emplace_back(data, axes ? bytes : 0);
            given.push_back(axes ? record.data() : data);
        }
        if (!entries[entry](shape, given.data())) exit(4);
        for (auto& [data, bytes] : arrays) {
            fwrite(data, 1, bytes, out);
            std::free(data);
        }
    }
    fclose(out);
}
