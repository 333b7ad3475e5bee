import sys
import unittest


class T(unittest.TestCase):
    def test_pass(self):
        self.assertEqual(1, 1)

    def test_fail(self):
        self.assertEqual(1, 2)

    @unittest.skip("why not")
    def test_skip(self):
        pass


if __name__ == "__main__":
    unittest.main(testRunner=unittest.TextTestRunner(stream=open("/dev/null", "w")), verbosity=0)
